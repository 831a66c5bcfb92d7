import type { UserError, UserErrors } from "../graph/user-error.js";
import { contactKey, type StoredContact } from "./contact.js";
import type { ContactInput } from "./contact-group-input.js";
import { contactRules } from "./contact-type.js";

const mostContacts = 50;

/** What the contacts of an input are read with. */
export interface ReadContactsOptions {
  /** The contacts whose secrets may be kept. */
  readonly stored: readonly StoredContact[];
  /** The mistake to tell where a secret is given that cannot be stored; null when it can. */
  readonly requireKey: (path: readonly string[]) => UserError | null;
}

/** A contact's secret: where it is kept, or itself while it is not. */
type ContactSecret = Pick<StoredContact, "secretId" | "secret">;

/** The contacts that an input means, secrets that were given as they are; its mistakes go to `errors`. */
export function readContacts(
  inputs: readonly ContactInput[],
  { stored, requireKey }: ReadContactsOptions,
  errors: UserErrors,
): readonly StoredContact[] {
  if (inputs.length > mostContacts) {
    errors.add("LIMIT", `A contact group has at most ${mostContacts} contacts.`, ["input", "contacts"]);
    return [];
  }
  const known = new Map(stored.map((contact) => [contactKey(contact), contact]));
  const seen = new Set<string>();
  return inputs.map((input, index) => {
    const path = ["input", "contacts", String(index)];
    const { type, value, sendResolved } = input;
    errors.check(contactRules[type].checkValue(value), [...path, "value"]);
    if (seen.has(contactKey(input))) errors.add("INVALID", "This contact is given twice.", path);
    seen.add(contactKey(input));
    const secret =
      input.keepSecret === true
        ? keptSecret(input, known.get(contactKey(input)), errors, path)
        : givenSecret(input, requireKey, errors, [...path, "secret"]);
    return { type, value, sendResolved: sendResolved ?? true, ...secret };
  });
}

function keptSecret(
  { secret: given }: ContactInput,
  stored: ContactSecret | undefined,
  errors: UserErrors,
  path: readonly string[],
): ContactSecret {
  const { secretId, secret } = stored ?? {};
  if (given != null) errors.add("INVALID", "Give either secret or keepSecret.", [...path, "keepSecret"]);
  else if (secretId == null && secret == null)
    errors.add("NOT_FOUND", "There is no secret to keep.", [...path, "keepSecret"]);
  return secret == null ? { secretId: secretId ?? null } : { secret };
}

function givenSecret(
  { type, secret }: ContactInput,
  requireKey: ReadContactsOptions["requireKey"],
  errors: UserErrors,
  path: readonly string[],
): ContactSecret {
  const { checkSecret, needsSecret } = contactRules[type];
  if (secret == null) {
    if (needsSecret) errors.add("INVALID", "This type of contact needs a secret.", path);
    return { secretId: null };
  }
  if (checkSecret === null) errors.add("INVALID", "This type of contact has no secret.", path);
  else errors.check(checkSecret(secret), path);
  const unsupported = checkSecret === null ? null : requireKey(path);
  if (unsupported !== null) errors.add(unsupported.code, unsupported.message, path);
  return { secret };
}
