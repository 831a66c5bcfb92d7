import type { UserErrors } from "../graph/user-error.js";
import { type Contact, contactKey } from "./contact.js";
import type { ContactInput } from "./contact-group-input.js";
import { contactRules } from "./contact-type.js";

const mostContacts = 50;

/** The contacts that an input means; its mistakes go to `errors`. `stored` are those whose secrets may be kept. */
export function readContacts(
  inputs: readonly ContactInput[],
  stored: readonly Contact[],
  errors: UserErrors,
): readonly Contact[] {
  if (inputs.length > mostContacts) {
    errors.add("LIMIT", `A contact group has at most ${mostContacts} contacts.`, ["input", "contacts"]);
    return [];
  }
  const secrets = new Map(stored.map((contact) => [contactKey(contact), contact.secret]));
  const seen = new Set<string>();
  return inputs.map((input, index) => {
    const path = ["input", "contacts", String(index)];
    const { type, value, sendResolved } = input;
    errors.check(contactRules[type].checkValue(value), [...path, "value"]);
    if (seen.has(contactKey(input))) errors.add("INVALID", "This contact is given twice.", path);
    seen.add(contactKey(input));
    return {
      type,
      value,
      sendResolved: sendResolved ?? true,
      secret: readSecret(input, secrets.get(contactKey(input)) ?? null, errors, path),
    };
  });
}

function readSecret(
  { type, secret, keepSecret }: ContactInput,
  stored: string | null,
  errors: UserErrors,
  path: readonly string[],
): string | null {
  const { checkSecret, needsSecret } = contactRules[type];
  if (keepSecret === true) {
    if (secret != null) errors.add("INVALID", "Give either secret or keepSecret.", [...path, "keepSecret"]);
    else if (stored === null) errors.add("NOT_FOUND", "There is no secret to keep.", [...path, "keepSecret"]);
    return stored;
  }
  if (secret == null) {
    if (needsSecret) errors.add("INVALID", "This type of contact needs a secret.", [...path, "secret"]);
    return null;
  }
  if (checkSecret === null) errors.add("INVALID", "This type of contact has no secret.", [...path, "secret"]);
  else errors.check(checkSecret(secret), [...path, "secret"]);
  return secret;
}
