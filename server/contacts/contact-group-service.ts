import type { Caller } from "../access/caller.js";
import type { Change } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import { altered } from "../core/database/stored.js";
import type { Order } from "../core/database/table-reader.js";
import { NotFoundError } from "../core/errors.js";
import { newId, requireId } from "../core/ids.js";
import { checkName } from "../core/names.js";
import type { PageRequest } from "../core/page.js";
import type { EgressService } from "../egress/egress-service.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import { UserErrors } from "../graph/user-error.js";
import type { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import type { SecretStore } from "../secrets/secret-store.js";
import type { StoredContact } from "./contact.js";
import { ContactGroup } from "./contact-group.js";
import type { ContactGroupCreateInput, ContactGroupUpdateInput, ContactInput } from "./contact-group-input.js";
import type { ContactGroupRepository } from "./contact-group-repository.js";
import { contactGroupTaken } from "./contact-group-taken.js";
import { contactHosts } from "./contact-hosts.js";
import type { ContactLimits } from "./contact-limits.js";
import { describeContactGroup } from "./describe-contact-group.js";
import { readContacts } from "./read-contacts.js";
import { type ReferringContacts, referToSecrets } from "./refer-to-secrets.js";

/** A change to a group, and whether it is the project's default before and after. */
interface GroupChange {
  readonly before: ContactGroup | null;
  readonly after: ContactGroup | null;
  readonly wasDefault: boolean;
  readonly isDefault: boolean;
  /** The secrets that are new, by the reference that a contact holds. */
  readonly plaintexts: ReadonlyMap<string, string>;
}

/** The rules about contact groups: who edits them, what they hold, who may read their secrets. */
export class ContactGroupService {
  constructor(
    private readonly repository: ContactGroupRepository,
    private readonly projects: ProjectService,
    private readonly egress: EgressService,
    private readonly changes: ChangeLog,
    private readonly secrets: SecretStore,
    private readonly limits: ContactLimits,
  ) {}

  /** The group with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<ContactGroup | null> {
    const group = await caller.loaders.for(this.repository.byId).load(id);
    return group && caller.may("contact.read", group.projectId) ? group : null;
  }

  /** The groups of a project that is visible to the caller; null when the caller may not read people's addresses. */
  async listOf(
    caller: Caller,
    projectId: string,
    order: Order,
    page: PageRequest,
  ): Promise<Connection<ContactGroup> | null> {
    if (!caller.may("contact.read", projectId)) return null;
    const query = { order, page, list: "Project.contactGroups" };
    const found = await this.repository.below(caller.loaders, "projectId", projectId, query);
    return connection(found.page, found.count);
  }

  /** The group that is told of all alerts of a project; null when none is. */
  async defaultOf(caller: Caller, { defaultContactGroupId }: Project): Promise<ContactGroup | null> {
    return defaultContactGroupId === null ? null : this.find(caller, defaultContactGroupId);
  }

  async isDefault(caller: Caller, group: ContactGroup): Promise<boolean> {
    return (await this.projects.require(caller, group.projectId)).defaultContactGroupId === group.id;
  }

  async create(caller: Caller, input: ContactGroupCreateInput, dryRun: boolean): Promise<Outcome<ContactGroup>> {
    const projectId = requireId("prj", input.project, ["input", "project"]);
    caller.requireIn(projectId, "config.write", "Project");
    await this.projects.require(caller, projectId);
    return this.changes.once(
      caller,
      (id) => this.find(caller, id),
      async (key) => {
        const errors = new UserErrors();
        const { contacts, plaintexts } = this.#readContacts(input.contacts, [], errors);
        await this.egress.check(caller, projectId, "CONTACTS", contactHosts(input.contacts), errors);
        const group = Object.assign(new ContactGroup(), { id: newId("cgr"), projectId, name: input.name, contacts });
        await this.#checkName(group, errors);
        const isDefault = input.makeDefault ?? false;
        const change = { before: null, after: group, wasDefault: false, isDefault, plaintexts };
        return this.#commit(caller, change, { dryRun, key, userErrors: errors.list });
      },
    );
  }

  async update(
    caller: Caller,
    id: string,
    input: ContactGroupUpdateInput,
    dryRun: boolean,
  ): Promise<Outcome<ContactGroup>> {
    requireId("cgr", id);
    caller.requireAnywhere("config.write");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#changeable(caller, id);
        const errors = new UserErrors();
        const given = input.contacts === null ? [] : input.contacts;
        const read = given && this.#readContacts(given, before.contacts, errors);
        const after = altered(before, {
          name: input.name === null ? "" : input.name,
          contacts: read?.contacts,
        });
        const hosts = contactHosts(given ?? [], before.contacts);
        await this.egress.check(caller, before.projectId, "CONTACTS", hosts, errors);
        if (after.name !== before.name) await this.#checkName(after, errors);
        const wasDefault = await this.isDefault(caller, before);
        const isDefault = input.makeDefault ?? wasDefault;
        const change = { before, after, wasDefault, isDefault, plaintexts: read?.plaintexts ?? none };
        const { expectedVersion } = input;
        return this.#commit(caller, change, { dryRun, key, expectedVersion, userErrors: errors.list });
      },
    );
  }

  /** Deletes the group; if it was the project's default, the project has none then. */
  async remove(
    caller: Caller,
    id: string,
    expectedVersion: number | null,
    dryRun: boolean,
  ): Promise<Outcome<ContactGroup>> {
    requireId("cgr", id);
    caller.requireAnywhere("config.write");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#changeable(caller, id);
        const wasDefault = await this.isDefault(caller, before);
        const change = { before, after: null, wasDefault, isDefault: false, plaintexts: none };
        return this.#commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
      },
    );
  }

  /** How many groups hold secrets that are not encrypted: written by a version from before they were. */
  countPlaintext(): Promise<number> {
    return this.repository.countPlaintext();
  }

  /** Encrypts the secrets that rows from before hold as they are; resolves to the number of groups that it changed. */
  async encryptPlaintext(caller: Caller): Promise<number> {
    caller.require("config.write");
    for (let count = 0; ; ) {
      const groups = await this.repository.withPlaintext();
      if (groups.length === 0) return count;
      for (const before of groups) {
        const { contacts, plaintexts } = referToSecrets(before.contacts);
        const isDefault = await this.isDefault(caller, before);
        const change = { before, after: altered(before, { contacts }), wasDefault: isDefault, isDefault, plaintexts };
        // Somebody who changed it meanwhile is no mistake: the next round reads what they have left.
        const { revision } = await this.#commit(caller, change, { dryRun: false, userErrors: [], key: null });
        if (revision !== null) count++;
      }
    }
  }

  #readContacts(
    inputs: readonly ContactInput[],
    stored: readonly StoredContact[],
    errors: UserErrors,
  ): ReferringContacts {
    const requireKey = (path: readonly string[]) => this.secrets.requireKey(path);
    const contacts = readContacts(inputs, { stored, requireKey }, errors);
    // Without a key what is kept from before stays as it is.
    return requireKey([]) === null ? referToSecrets(contacts) : { contacts, plaintexts: none };
  }

  async #changeable(caller: Caller, id: string): Promise<ContactGroup> {
    const group = await this.repository.find(id);
    if (group === null) throw new NotFoundError("Contact group");
    caller.requireIn(group.projectId, "config.write", "Contact group");
    return group;
  }

  async #checkName(group: ContactGroup, errors: UserErrors): Promise<void> {
    const message = checkName(group.name);
    errors.check(message, contactGroupTaken.path);
    if (message === null && (await this.repository.findByName(group.projectId, group.name))) {
      errors.add(contactGroupTaken.code, contactGroupTaken.message, contactGroupTaken.path);
    }
  }

  async #commit(
    caller: Caller,
    { before, after, wasDefault, isDefault, plaintexts }: GroupChange,
    options: Parameters<ChangeLog["commit"]>[2],
  ): Promise<Outcome<ContactGroup>> {
    const group = after ?? before;
    if (group === null) throw new Error("A change needs an object.");
    const change: Change<ContactGroup> = {
      entityType: "ContactGroup",
      projectId: group.projectId,
      before,
      after,
      taken: contactGroupTaken,
      refusal: () => this.limits.refusal(before, after),
      describe: (one) =>
        one === before
          ? describeContactGroup(one, wasDefault)
          : describeContactGroup(one, isDefault, options.dryRun ? plaintexts : none),
      write: async () => {
        await this.secrets.sealAll(group.id, plaintexts);
        if (after === null) await this.repository.remove(group.id, group.version);
        else if (before === null) await this.repository.insert(after);
        else await this.repository.replace(after, before.version);
      },
    };
    if (wasDefault === isDefault) return this.changes.commit(caller, change, options);
    const defaultId = isDefault ? group.id : null;
    const also = await this.projects.defaultContactGroupChange(caller, group.projectId, defaultId);
    return this.changes.commit(caller, change, options, [also]);
  }
}

const none: ReadonlyMap<string, string> = new Map();
