import { newId } from "../core/ids.js";
import type { StoredContact } from "./contact.js";

/** Contacts that refer to their secrets, and the texts that are to be sealed under the references that are new. */
export interface ReferringContacts {
  readonly contacts: readonly StoredContact[];
  readonly plaintexts: ReadonlyMap<string, string>;
}

/** Puts a fresh reference in the place of each secret that a contact holds itself. */
export function referToSecrets(contacts: readonly StoredContact[]): ReferringContacts {
  const plaintexts = new Map<string, string>();
  const referring = contacts.map(({ secret, ...contact }) => {
    if (secret == null) return contact;
    const secretId = newId("sec");
    plaintexts.set(secretId, secret);
    return { ...contact, secretId };
  });
  return { contacts: referring, plaintexts };
}
