import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { DryRun, ExpectedVersion, IdArgument } from "../graph/arguments.js";
import { PageArguments } from "../graph/connection.js";
import { OrderBy } from "../graph/order-enum.js";
import { changePayload, changePayloadType, deletePayload, deletePayloadType } from "../graph/payload.js";
import { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { Contact, hasSecret, shownContacts } from "./contact.js";
import { ContactGroup, ContactGroupConnection, ContactGroupOrder } from "./contact-group.js";
import { ContactGroupCreateInput, ContactGroupUpdateInput } from "./contact-group-input.js";
import type { ContactGroupService } from "./contact-group-service.js";
import type { ContactSecretService } from "./contact-secret-service.js";

const ContactGroupCreatePayload = changePayloadType("ContactGroupCreatePayload", "contactGroup", () => ContactGroup);
const ContactGroupUpdatePayload = changePayloadType("ContactGroupUpdatePayload", "contactGroup", () => ContactGroup);
const ContactGroupDeletePayload = deletePayloadType("ContactGroupDeletePayload");

/** Contact groups in the graph. */
@Resolver(() => ContactGroup)
export class ContactGroupResolver {
  constructor(
    private readonly service: ContactGroupService,
    private readonly projects: ProjectService,
  ) {}

  @FieldResolver(() => Project, { description: "The project that it belongs to." })
  project(@Ctx() caller: Caller, @Root() group: ContactGroup) {
    return this.projects.require(caller, group.projectId);
  }

  @FieldResolver(() => [Contact], { description: "The contacts, all of which are told." })
  contacts(@Root() group: ContactGroup): Contact[] {
    return shownContacts(group.id, group.contacts);
  }

  @FieldResolver(() => Boolean, { description: "Whether it is the project's default: told of all its alerts." })
  isDefault(@Ctx() caller: Caller, @Root() group: ContactGroup) {
    return this.service.isDefault(caller, group);
  }

  @Mutation(() => ContactGroupCreatePayload, { description: "Creates a contact group." })
  async contactGroupCreate(
    @Ctx() caller: Caller,
    @Arg("input", () => ContactGroupCreateInput, { description: "The new group." }) input: ContactGroupCreateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("contactGroup", await this.service.create(caller, input, dryRun));
  }

  @Mutation(() => ContactGroupUpdatePayload, { description: "Changes a contact group." })
  async contactGroupUpdate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => ContactGroupUpdateInput, { description: "What to change." }) input: ContactGroupUpdateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("contactGroup", await this.service.update(caller, id, input, dryRun));
  }

  @Mutation(() => ContactGroupDeletePayload, {
    description: "Deletes a contact group. If it was the project's default, the project has none then.",
  })
  async contactGroupDelete(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @DryRun() dryRun: boolean,
  ) {
    return deletePayload(await this.service.remove(caller, id, expectedVersion, dryRun));
  }
}

/** The secret of a contact. */
@Resolver(() => Contact)
export class ContactResolver {
  constructor(private readonly service: ContactSecretService) {}

  @FieldResolver(() => Boolean, { description: "Whether a secret is stored with it." })
  hasSecret(@Root() contact: Contact) {
    return hasSecret(contact.stored);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The stored secret; null to everybody but agents, and where `secretProblem` says why.",
  })
  secret(@Ctx() caller: Caller, @Root() contact: Contact) {
    return this.service.secretOf(caller, contact);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Why the stored secret cannot be read; null when it can, and to everybody but agents.",
  })
  secretProblem(@Ctx() caller: Caller, @Root() contact: Contact) {
    return this.service.problemOf(caller, contact);
  }
}

/** The contact groups of a project. */
@Resolver(() => Project)
export class ProjectContactGroupsResolver {
  constructor(private readonly service: ContactGroupService) {}

  @FieldResolver(() => ContactGroupConnection, {
    nullable: true,
    description: "Who can be told of its alerts; null when you may not read people's addresses.",
  })
  contactGroups(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @OrderBy(ContactGroupOrder, "NAME_ASC") orderBy: keyof typeof ContactGroupOrder,
  ) {
    return this.service.listOf(caller, project.id, ContactGroupOrder[orderBy], page);
  }

  @FieldResolver(() => ContactGroup, {
    nullable: true,
    description: "The group that is told of all its alerts; null when there is none, or you may not read it.",
  })
  defaultContactGroup(@Ctx() caller: Caller, @Root() project: Project) {
    return this.service.defaultOf(caller, project);
  }
}
