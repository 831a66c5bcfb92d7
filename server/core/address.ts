import ipaddr from "ipaddr.js";
import { checkLine } from "./text.js";

const dnsLabel = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
// Some resolvers read "2130706433" and "0x7f.1" as 127.0.0.1, so a name must not look like such a number.
const numericLabel = /^([0-9]+|0x[0-9a-f]*)$/;
const queryLabel = /^[A-Za-z0-9_-]{1,63}$/;
const uriCharacters = /^([A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const emailLocalPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const phid = /^PHID-[A-Z]{4}-[a-z0-9]{20}$/;
const authority = /^(\[[^\]]*\]|[^:[\]]*)(?::([0-9]{1,5}))?$/;
const urlStart = /^https?:\/\/([^/?]*)/;
const mostUrlBytes = 2048;

/**
 * The one spelling of a host: a lower-case DNS name, an IPv4 address, or an IPv6 address without brackets in RFC 5952
 * form (an IPv4 address mapped into IPv6 becomes IPv4). Null when the text is none of them.
 */
export function normaliseHost(text: string): string | null {
  const bracketed = text.startsWith("[") && text.endsWith("]");
  const host = (bracketed ? text.slice(1, -1) : text).toLowerCase();
  if (host.length > 253) return null;
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return bracketed ? null : host;
  if (host.includes(":")) return normaliseIpv6(host);
  if (bracketed) return null;
  const labels = host.split(".");
  if (!labels.every((label) => dnsLabel.test(label)) || numericLabel.test(labels.at(-1) ?? "")) return null;
  return host;
}

function normaliseIpv6(text: string): string | null {
  if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.process(text);
  return address.kind() === "ipv4" ? address.toString() : ipaddr.IPv6.parse(text).toRFC5952String();
}

/** Says what is wrong with a host's text, or null; says nothing about whether it may be reached. */
export function checkHost(text: string): string | null {
  const problem = checkLine("A host", text, 255);
  if (problem !== null) return problem;
  if (normaliseHost(text) !== null) return null;
  return "A host is a DNS name without its final dot, an IPv4 address, or an IPv6 address without a zone.";
}

/** Says what is wrong with a name to ask a name server for, or null; a final dot, and the root alone, are allowed. */
export function checkDnsName(text: string): string | null {
  const problem = checkLine("A DNS name", text, 254);
  if (problem !== null) return problem;
  const name = text.length > 1 && text.endsWith(".") ? text.slice(0, -1) : text;
  if (text === "." || (name.length <= 253 && name.split(".").every((label) => queryLabel.test(label)))) return null;
  return "A DNS name is labels of 1 to 63 letters, digits, hyphens and underscores, with dots between them.";
}

/** Says what is wrong with a TCP or UDP port, or null. */
export function checkPort(port: number): string | null {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return null;
  return "A port is a whole number from 1 to 65535.";
}

/** Says what is wrong with `host` or `host:port` (IPv6 in brackets), or null. */
export function checkAuthority(text: string): string | null {
  const problem = checkLine("A host", text, 261);
  if (problem !== null) return problem;
  const match = authority.exec(text);
  if (match?.[1] === undefined) return 'A host is "name" or "name:port", an IPv6 address in brackets.';
  return checkHost(match[1]) ?? (match[2] === undefined ? null : checkPort(Number(match[2])));
}

/**
 * Says what is wrong with an http or https URL, or null. The text is judged as it stands, not as a parser would mend
 * it, because another program reads it later: no credentials, no fragment, only characters that a URI may hold.
 */
export function checkHttpUrl(text: string): string | null {
  const problem = checkLine("A URL", text, mostUrlBytes);
  if (problem !== null) return problem;
  const match = urlStart.exec(text);
  if (match?.[1] === undefined) return 'A URL begins with "http://" or "https://".';
  if (match[1].includes("@")) return "A URL must not hold a user name or password.";
  if (text.includes("#")) return "A URL must not hold a fragment.";
  if (!uriCharacters.test(text)) return "A URL may only hold the characters of RFC 3986; write others as %XX.";
  return checkAuthority(match[1]);
}

/** The host of `host` or `host:port`, in its one spelling; null when the text is neither. */
export function hostOfAuthority(text: string): string | null {
  return checkAuthority(text) === null ? normaliseHost(authority.exec(text)?.[1] ?? "") : null;
}

/** The host of an http or https URL, in its one spelling; null when the text is none that `checkHttpUrl` takes. */
export function hostOfUrl(text: string): string | null {
  return checkHttpUrl(text) === null ? hostOfAuthority(urlStart.exec(text)?.[1] ?? "") : null;
}

/** Says what is wrong with the URL of an incoming webhook of Slack or of a server that speaks like it, or null. */
export function checkSlackWebhookUrl(text: string): string | null {
  const problem = checkHttpUrl(text);
  if (problem !== null) return problem;
  return new URL(text).pathname === "/" ? "A Slack webhook URL has a path, for example /services/T…/B…/…" : null;
}

/** Says what is wrong with one mail address, or null: `name@host`, without a display name and without quotes. */
export function checkEmail(text: string): string | null {
  const problem = checkLine("A mail address", text, 254);
  if (problem !== null) return problem;
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const valid = local.length <= 64 && emailLocalPart.test(local) && !domain.includes(":") && checkHost(domain) === null;
  return valid && !ipaddr.IPv4.isValidFourPartDecimal(domain)
    ? null
    : 'A mail address is "name@example.org", one alone.';
}

/** Says what is wrong with an IRC channel, or null: `#name` in 50 characters that no URL gives a meaning to. */
export function checkIrcChannel(text: string): string | null {
  const problem = checkLine("An IRC channel", text, 50);
  if (problem !== null) return problem;
  if (/^#{1,2}[A-Za-z0-9_.+-]+$/.test(text) && /[A-Za-z0-9_]/.test(text)) return null;
  return 'An IRC channel is "#name" in letters, digits and the characters "_", "-", "." and "+".';
}

/** Says what is wrong with a Slack channel, or null: `#name`. */
export function checkSlackChannel(text: string): string | null {
  const problem = checkLine("A Slack channel", text, 255);
  if (problem !== null) return problem;
  if (/^#[\p{L}\p{N}_-]{1,80}$/u.test(text)) return null;
  return 'A Slack channel is "#name" in letters, digits, "_" and "-".';
}

/** Says what is wrong with a list of Phabricator objects, or null: PHIDs, comma-separated, none twice. */
export function checkPhids(text: string): string | null {
  const problem = checkLine("A list of PHIDs", text, 1024);
  if (problem !== null) return problem;
  const phids = text.split(",");
  if (!phids.every((one) => phid.test(one))) return 'Write "PHID-PROJ-" and 20 lower-case letters and digits.';
  return new Set(phids).size === phids.length ? null : "A PHID is given twice.";
}
