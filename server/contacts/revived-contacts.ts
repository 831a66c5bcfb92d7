import type { Caller } from "../access/caller.js";
import { isId } from "../core/ids.js";
import type { EgressService } from "../egress/egress-service.js";
import type { UserErrors } from "../graph/user-error.js";
import type { SecretStore } from "../secrets/secret-store.js";
import { contactKey, hasSecret, type StoredContact } from "./contact.js";
import { contactHosts } from "./contact-hosts.js";
import type { DescribedContact } from "./described-contact-group.js";
import { readContacts } from "./read-contacts.js";

/** The group whose contacts come back. */
interface Revival {
  readonly groupId: string;
  readonly projectName: string;
  readonly described: readonly DescribedContact[];
  /** As they are now; none when the group is gone. */
  readonly living: readonly StoredContact[];
}

/** A contact, and the URL that its secret is, where that was not judged before. */
interface Revived {
  readonly contact: StoredContact;
  readonly url: string | null;
}

/** Makes contacts again from their descriptions, with the secrets that they referred to. */
export class RevivedContacts {
  constructor(
    private readonly secrets: SecretStore,
    private readonly egress: EgressService,
  ) {}

  /** Opens the secrets of the contacts of a group, together with those that are asked for at the same time. */
  async open(caller: Caller, groupId: string, described: readonly DescribedContact[]): Promise<void> {
    const references = described.flatMap(({ secret }) => (secret !== null && isId("sec", secret) ? [secret] : []));
    await Promise.all(references.map((id) => this.secrets.open(caller.loaders, id, groupId)));
  }

  /** The contacts that are described; all that is wrong with them today goes to `errors`. */
  async of(caller: Caller, revival: Revival, errors: UserErrors): Promise<readonly StoredContact[]> {
    const { described, living, projectName } = revival;
    const revived = await Promise.all(
      described.map((contact, index) => this.#withSecret(caller, contact, index, revival, errors)),
    );
    const stored = revived.map(({ contact }) => contact);
    const inputs = stored.map((contact) => ({ ...contact, secret: null, keepSecret: hasSecret(contact) }));
    const contacts = readContacts(inputs, { stored, requireKey: () => null }, errors);
    const named = revived.map(({ contact, url }) => ({ ...contact, secret: url }));
    await this.egress.checkFor(caller, projectName, "CONTACTS", contactHosts(named, living), errors);
    return contacts;
  }

  async #withSecret(
    caller: Caller,
    { secret, ...contact }: DescribedContact,
    index: number,
    { groupId, living }: Revival,
    errors: UserErrors,
  ): Promise<Revived> {
    if (secret === null) return { contact, url: null };
    const path = ["input", "contacts", String(index), "secret"];
    if (isId("sec", secret)) {
      const opened = await this.secrets.open(caller.loaders, secret, groupId);
      if ("problem" in opened) errors.add("NOT_FOUND", opened.problem, path);
      const isNew = contact.type === "SLACK" && !living.some(({ secretId }) => secretId === secret);
      return {
        contact: { ...contact, secretId: secret },
        url: isNew && "plaintext" in opened ? opened.plaintext : null,
      };
    }
    // What was recorded before secrets had references says only that there was one: that of today may stand for it.
    const holder = living.find((one) => contactKey(one) === contactKey(contact) && hasSecret(one));
    if (holder !== undefined) return { contact: { ...holder, ...contact }, url: null };
    errors.add("NOT_FOUND", notRecorded, path);
    return { contact: { ...contact, secretId: secret }, url: null };
  }
}

const notRecorded = "Which secret this contact had was not recorded then. Create the group anew, with a secret.";
