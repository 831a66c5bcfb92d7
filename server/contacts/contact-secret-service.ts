import type { Caller } from "../access/caller.js";
import type { OpenedSecret } from "../secrets/secret-keys.js";
import type { SecretStore } from "../secrets/secret-store.js";
import type { Contact } from "./contact.js";

/** The secrets of contacts, for agents; everybody else gets null. */
export class ContactSecretService {
  constructor(private readonly secrets: SecretStore) {}

  /** The contact's secret; null when it has none, and while it cannot be read. */
  async secretOf(caller: Caller, contact: Contact): Promise<string | null> {
    const opened = await this.#open(caller, contact);
    return opened !== null && "plaintext" in opened ? opened.plaintext : null;
  }

  /** Why the contact's secret cannot be read; null when it can, or it has none. */
  async problemOf(caller: Caller, contact: Contact): Promise<string | null> {
    const opened = await this.#open(caller, contact);
    return opened !== null && "problem" in opened ? opened.problem : null;
  }

  async #open(caller: Caller, { groupId, stored }: Contact): Promise<OpenedSecret | null> {
    if (!caller.may("secret.read")) return null;
    if (stored.secret != null) return { plaintext: stored.secret };
    return stored.secretId == null ? null : this.secrets.open(caller.loaders, stored.secretId, groupId);
  }
}
