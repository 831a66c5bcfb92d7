import { checkEntries, type EntryProblem, type Labels } from "./labels.js";
import { checkLine } from "./text.js";

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const pathCharacters = /^([A-Za-z0-9\-._~:/@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const plainPathCharacters = /^[A-Za-z0-9\-._~:/@!$&'()*+,;=]*$/;

// RFC 9110 section 7.6.1 and the framing fields: the client that sends the request sets these, or breaks.
const ownedByTheClient = new Set(
  "host,content-length,transfer-encoding,connection,keep-alive,te,trailer,upgrade,expect,accept-encoding".split(","),
);
const credentials = new Set(["authorization", "proxy-authorization", "cookie"]);

/** Says what is wrong with the name of a request header that a tenant sets, or null. */
export function checkHeaderName(name: string): string | null {
  const lower = name.toLowerCase();
  if (!token.test(name) || name.length > 64) return "A header name is 1 to 64 characters of an HTTP token.";
  if (name.includes("{{") || name.includes("}}")) return 'A header name must not hold "{{" or "}}".';
  if (ownedByTheClient.has(lower)) return "This header is set by whoever sends the request.";
  if (credentials.has(lower)) return "Credentials do not belong here: whoever may read this would read them.";
  return null;
}

/** Says what is wrong with a header's value, or null: printable ASCII, no spaces at its ends. */
export function checkHeaderValue(value: string): string | null {
  const problem = checkLine("A header value", value, 1024);
  if (problem !== null) return problem;
  if (!/^[\x20-\x7e]*$/.test(value)) return "A header value is printable ASCII.";
  return value.trim() === value ? null : "A header value must not begin or end with a space.";
}

/** Problems of a map of request headers, names compared without regard to case. */
export function checkHeaders(headers: Labels): readonly EntryProblem[] {
  const problems = checkEntries(headers, { mostBytes: 1024 }, (name) => {
    const twice = Object.keys(headers).some((other) => other !== name && other.toLowerCase() === name.toLowerCase());
    return checkHeaderName(name) ?? (twice ? "This header is given twice, in two spellings." : null);
  });
  if (problems.length > 0) return problems;
  return Object.entries(headers).flatMap(([name, value]) => {
    const message = checkHeaderValue(value);
    return message === null ? [] : [{ path: [name], message }];
  });
}

/** Says what is wrong with the path and query of a request, or null; the characters are those of RFC 3986. */
export function checkRequestPath(text: string): string | null {
  const problem = checkLine("A path", text, 1024);
  if (problem !== null) return problem;
  if (!text.startsWith("/")) return 'A path begins with "/".';
  const query = text.indexOf("?");
  const path = query === -1 ? text : text.slice(0, query);
  const valid = pathCharacters.test(path) && pathCharacters.test(text.slice(path.length).replaceAll("?", ""));
  return valid ? null : "A path may only hold the characters of RFC 3986, and no fragment; write others as %XX.";
}

/** Says what is wrong with a metrics path, or null. Prometheus escapes it itself, so it takes no `%XX` and no query. */
export function checkMetricsPath(text: string): string | null {
  const problem = checkLine("A path", text, 1024);
  if (problem !== null) return problem;
  if (!text.startsWith("/")) return 'A path begins with "/".';
  return plainPathCharacters.test(text) ? null : "A metrics path holds no query (use params), no fragment and no %XX.";
}

/** Says what is wrong with a bearer token (RFC 6750), or null. */
export function checkBearerToken(text: string): string | null {
  const problem = checkLine("A bearer token", text, 1024);
  if (problem !== null) return problem;
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(text)
    ? null
    : "A bearer token is letters, digits and the characters of RFC 6750.";
}
