import type { Caller } from "../access/caller.js";
import type { Change, Description } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import { altered } from "../core/database/stored.js";
import type { Order } from "../core/database/table-reader.js";
import { NotFoundError } from "../core/errors.js";
import { newId, requireId } from "../core/ids.js";
import { checkName } from "../core/names.js";
import type { PageRequest } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import type { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { type Contact, contactKey } from "./contact.js";
import { ContactGroup } from "./contact-group.js";
import type { ContactGroupCreateInput, ContactGroupUpdateInput, ContactInput } from "./contact-group-input.js";
import type { ContactGroupRepository } from "./contact-group-repository.js";
import { readContacts } from "./read-contacts.js";

/** A change to a group, and whether it is the project's default before and after. */
interface GroupChange {
  readonly before: ContactGroup | null;
  readonly after: ContactGroup | null;
  readonly wasDefault: boolean;
  readonly isDefault: boolean;
  /** The contacts whose secret was given anew. */
  readonly given: ReadonlySet<string>;
}

/** The rules about contact groups: who edits them, what they hold, who may read their secrets. */
export class ContactGroupService {
  constructor(
    private readonly repository: ContactGroupRepository,
    private readonly projects: ProjectService,
    private readonly changes: ChangeLog,
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

  /** The contact's secret, for agents; null for everybody else. */
  secretOf(caller: Caller, contact: Contact): string | null {
    return caller.may("secret.read") ? contact.secret : null;
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
        const contacts = readContacts(input.contacts, [], errors);
        const group = Object.assign(new ContactGroup(), { id: newId("cgr"), projectId, name: input.name, contacts });
        await this.#checkName(group, errors);
        const isDefault = input.makeDefault ?? false;
        const change = { before: null, after: group, wasDefault: false, isDefault, given: givenIn(input.contacts) };
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
        const after = altered(before, {
          name: input.name === null ? "" : input.name,
          contacts: given && readContacts(given, before.contacts, errors),
        });
        if (after.name !== before.name) await this.#checkName(after, errors);
        const wasDefault = await this.isDefault(caller, before);
        const isDefault = input.makeDefault ?? wasDefault;
        const change = { before, after, wasDefault, isDefault, given: givenIn(given ?? []) };
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
        const change = { before, after: null, wasDefault, isDefault: false, given: new Set<string>() };
        return this.#commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
      },
    );
  }

  async #changeable(caller: Caller, id: string): Promise<ContactGroup> {
    const group = await this.repository.find(id);
    if (group === null) throw new NotFoundError("Contact group");
    caller.requireIn(group.projectId, "config.write", "Contact group");
    return group;
  }

  async #checkName(group: ContactGroup, errors: UserErrors): Promise<void> {
    const message = checkName(group.name);
    errors.check(message, taken.path);
    if (message === null && (await this.repository.findByName(group.projectId, group.name))) {
      errors.add(taken.code, taken.message, taken.path);
    }
  }

  async #commit(
    caller: Caller,
    { before, after, wasDefault, isDefault, given }: GroupChange,
    options: Parameters<ChangeLog["commit"]>[2],
  ): Promise<Outcome<ContactGroup>> {
    const group = after ?? before;
    if (group === null) throw new Error("A change needs an object.");
    const change: Change<ContactGroup> = {
      entityType: "ContactGroup",
      projectId: group.projectId,
      before,
      after,
      taken,
      describe: (one) => (one === before ? describe(one, wasDefault) : describe(one, isDefault, given)),
      write: async () => {
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

const taken: UserError = {
  code: "TAKEN",
  message: "The project has a contact group with this name already.",
  path: ["input", "name"],
};

function givenIn(contacts: readonly ContactInput[]): ReadonlySet<string> {
  return new Set(contacts.filter(({ secret }) => secret != null).map(contactKey));
}

/** Secrets are masked; one that was given anew reads differently, so that it shows as a change even if it is the old one. */
function describe({ name, contacts }: ContactGroup, isDefault: boolean, given?: ReadonlySet<string>): Description {
  const shown = contacts.map((contact) => ({
    ...contact,
    secret: contact.secret === null ? null : given?.has(contactKey(contact)) ? "(new secret)" : "(secret)",
  }));
  return { name, contacts: shown, isDefault };
}
