import { BadUserInputError } from "../core/errors.js";
import { checkBearerToken } from "../core/http-field.js";
import { newId } from "../core/ids.js";
import { checkText } from "../core/text.js";
import type { UserError, UserErrors } from "../graph/user-error.js";
import type { StoredCredentials } from "./scrape-credentials.js";
import type { BasicAuthInput, ScrapeCredentialsInput } from "./scrape-credentials-input.js";

/** What credentials of an input are read with. */
export interface ReadCredentialsOptions {
  /** What is stored, whose password may be kept; null where nothing is. */
  readonly stored: StoredCredentials | null;
  /** The mistake to tell where a secret is given that cannot be stored; null when it can. */
  readonly requireKey: (path: readonly string[]) => UserError | null;
}

/** Credentials that refer to their secret, and the text that is to be sealed under a reference that is new. */
export interface ReadCredentials {
  readonly credentials: StoredCredentials;
  readonly plaintexts: ReadonlyMap<string, string>;
}

const path = ["input", "credentials"];

/** The credentials that an input means; its mistakes go to `errors`. */
export function readCredentials(
  { basicAuth, bearerToken }: ScrapeCredentialsInput,
  options: ReadCredentialsOptions,
  errors: UserErrors,
): ReadCredentials {
  if (basicAuth) return readBasicAuth(basicAuth, options, errors);
  if (bearerToken === undefined) {
    throw new BadUserInputError("Credentials are exactly one of basicAuth and bearerToken.", path);
  }
  const at = [...path, "bearerToken"];
  errors.check(checkBearerToken(bearerToken), at);
  return sealed({ kind: "BEARER_TOKEN", username: null }, bearerToken, { ...options, at }, errors);
}

function readBasicAuth(
  { username, password, keepPassword }: BasicAuthInput,
  options: ReadCredentialsOptions,
  errors: UserErrors,
): ReadCredentials {
  errors.check(checkUsername(username), [...path, "basicAuth", "username"]);
  const known = { kind: "BASIC_AUTH", username } as const;
  const at = [...path, "basicAuth", "password"];
  if (keepPassword === true) {
    const keep = [...path, "basicAuth", "keepPassword"];
    if (password != null) errors.add("INVALID", "Give either password or keepPassword.", keep);
    else if (options.stored?.kind !== "BASIC_AUTH") errors.add("NOT_FOUND", "There is no password to keep.", keep);
    return { credentials: { ...known, secretId: options.stored?.secretId ?? "" }, plaintexts: new Map() };
  }
  errors.check(password == null ? "A user's name needs a password." : checkPassword(password), at);
  return sealed(known, password ?? "", { ...options, at }, errors);
}

function sealed(
  known: Pick<StoredCredentials, "kind" | "username">,
  plaintext: string,
  { requireKey, at }: ReadCredentialsOptions & { readonly at: readonly string[] },
  errors: UserErrors,
): ReadCredentials {
  const unsupported = requireKey(at);
  if (unsupported !== null) errors.add(unsupported.code, unsupported.message, unsupported.path);
  const secretId = newId("sec");
  return { credentials: { ...known, secretId }, plaintexts: new Map([[secretId, plaintext]]) };
}

function checkUsername(text: string): string | null {
  const problem = checkText("A user's name", text, { mostBytes: 255 });
  return problem ?? (text.includes(":") ? 'A user\'s name must not hold ":".' : null);
}

/** Prometheus and the blackbox exporter read a password from a file, and cut the white space around it off. */
function checkPassword(text: string): string | null {
  const problem = checkText("A password", text, { mostBytes: 1024, templates: true });
  return problem ?? (text.trim() === text ? null : "A password must not begin or end with white space.");
}
