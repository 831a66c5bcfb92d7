import type { Caller } from "../access/caller.js";
import type { Description } from "../audit/change.js";
import { readDescription } from "../audit/read-description.js";
import type { Described, Restoration } from "../audit/restorable.js";
import { altered } from "../core/database/stored.js";
import { checkName } from "../core/names.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import { ChildHistory } from "../projects/child-history.js";
import type { Project } from "../projects/project.js";
import type { Return } from "../projects/project-contents.js";
import type { ProjectService } from "../projects/project-service.js";
import { ContactGroup } from "./contact-group.js";
import type { ContactGroupRepository } from "./contact-group-repository.js";
import { contactGroupTaken } from "./contact-group-taken.js";
import type { ContactLimits } from "./contact-limits.js";
import { describeContactGroup } from "./describe-contact-group.js";
import { describedContactGroup } from "./described-contact-group.js";
import type { RevivedContacts } from "./revived-contacts.js";

/** How contact groups go away with their project, and come back. */
export class ContactGroupHistory extends ChildHistory<ContactGroup> {
  override readonly entityTypes = ["ContactGroup"];
  protected override readonly noun = "Contact group";
  protected override readonly taken = contactGroupTaken;

  constructor(
    private readonly groups: ContactGroupRepository,
    projects: ProjectService,
    private readonly contacts: RevivedContacts,
    private readonly limits: ContactLimits,
  ) {
    super(groups, projects);
  }

  /** A group that was the project's default becomes it again, and one that was not is it no more. */
  override async restoration(caller: Caller, described: Described): Promise<Restoration> {
    const restoration = await super.restoration(caller, described);
    const { change } = restoration;
    if (change === null || change.projectId === null) return restoration;
    const { id, description } = described;
    const project = await this.projects.require(caller, change.projectId);
    const wasDefault = project.defaultContactGroupId === id;
    const isDefault = description.isDefault === undefined ? wasDefault : description.isDefault === true;
    if (wasDefault === isDefault) return restoration;
    const also = await this.projects.defaultContactGroupChange(caller, project.id, isDefault ? id : null);
    const describe = (group: ContactGroup) =>
      describeContactGroup(group, group === change.before ? wasDefault : isDefault);
    return { ...restoration, change: { ...change, describe }, also: [also] };
  }

  protected override entityTypeOf(): string {
    return "ContactGroup";
  }

  protected override describe(group: ContactGroup, { defaultContactGroupId }: Project): Description {
    return describeContactGroup(group, group.id === defaultContactGroupId);
  }

  protected override async prepare(caller: Caller, described: readonly Described[]): Promise<void> {
    const opening = described.map(({ id, description }) => {
      const values = readDescription(describedContactGroup, description, new UserErrors());
      return this.contacts.open(caller, id, values?.contacts ?? []);
    });
    await Promise.all(opening);
  }

  protected override async revive(
    caller: Caller,
    { id, projectId, description }: Described,
    project: Project,
    before: ContactGroup | null,
    errors: UserErrors,
  ): Promise<ContactGroup | null> {
    const values = readDescription(describedContactGroup, description, errors);
    if (values === null) return null;
    const { name, contacts: described } = values;
    errors.check(checkName(name), ["input", "name"]);
    const revival = { groupId: id, projectName: project.name, described, living: before?.contacts ?? [] };
    const contacts = await this.contacts.of(caller, revival, errors);
    const group = before ?? Object.assign(new ContactGroup(), { id, projectId });
    return altered(group, { name, contacts });
  }

  protected override countsOf(groups: readonly ContactGroup[]): Return["counts"] {
    return { contactGroups: groups.length, contacts: groups.reduce((sum, { contacts }) => sum + contacts.length, 0) };
  }

  protected override refusal(before: ContactGroup | null, after: ContactGroup): Promise<UserError | null> {
    return this.limits.refusal(before, after);
  }

  protected override namesake({ projectId, name }: ContactGroup): Promise<ContactGroup | null> {
    return this.groups.findByName(projectId, name);
  }
}
