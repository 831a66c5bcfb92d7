import { Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { ProjectUsage } from "../projects/project-usage.js";
import type { ContactLimits } from "./contact-limits.js";

/** How many people and programs of a project are told. */
@Resolver(() => ProjectUsage)
export class ContactUsageResolver {
  constructor(private readonly limits: ContactLimits) {}

  @FieldResolver(() => Int, { nullable: true, description: "Contact groups; null when you may not read them." })
  async contactGroups(@Ctx() caller: Caller, @Root() { projectId }: ProjectUsage) {
    return (await this.limits.usage(caller, projectId))?.rows;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "Contacts, over all contact groups; null when you may not read them.",
  })
  async contacts(@Ctx() caller: Caller, @Root() { projectId }: ProjectUsage) {
    return (await this.limits.usage(caller, projectId))?.entries;
  }
}
