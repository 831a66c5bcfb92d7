import { Field, ID, InputType, Int } from "type-graphql";
import { Labels } from "../graph/scalars.js";

/** Narrows a list of projects; several conditions must all hold. */
@InputType({ description: "Narrows a list of projects; several conditions must all hold." })
export class ProjectFilter {
  @Field(() => String, { nullable: true, description: "Only projects whose name contains this text, ignoring case." })
  readonly search?: string | null;

  @Field(() => [String], { nullable: true, description: "Only projects with one of these names." })
  readonly names?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: "Only the project with this id in OpenStack." })
  readonly openstackId?: string | null;

  @Field(() => String, { nullable: true, description: "Only projects with this ACL group." })
  readonly aclGroup?: string | null;
}

/** A new project. */
@InputType({ description: "A new project. Only operators create projects." })
export class ProjectCreateInput {
  @Field(() => String, { description: "1 to 63 of `a-z`, `0-9` and `-`; unique, and it never changes." })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "The project's id in OpenStack, at most 64 characters." })
  readonly openstackId?: string | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: "",
    description: "What the project is, at most 1,000 characters.",
  })
  readonly description?: string | null;

  @Field(() => Labels, { nullable: true, description: "Labels that every alert of the project gets." })
  readonly extraLabels?: Readonly<Record<string, string>> | null;

  @Field(() => String, { nullable: true, description: "The group whose members may act on its alerts in Karma." })
  readonly aclGroup?: string | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: "default",
    description: "The limit tier: one of `limitTiers`.",
  })
  readonly limitTier?: string | null;
}

/** Changes to a project: an absent field stays, null clears. */
@InputType({ description: "Changes to a project: an absent field stays as it is, null clears it." })
export class ProjectUpdateInput {
  @Field(() => String, { nullable: true, description: "What the project is, at most 1,000 characters." })
  readonly description?: string | null;

  @Field(() => String, { nullable: true, description: "The project's id in OpenStack. Operators only." })
  readonly openstackId?: string | null;

  @Field(() => Labels, { nullable: true, description: "Labels that every alert of the project gets; replaces all." })
  readonly extraLabels?: Readonly<Record<string, string>> | null;

  @Field(() => String, {
    nullable: true,
    description: "The group whose members may act on its alerts in Karma. Operators only.",
  })
  readonly aclGroup?: string | null;

  @Field(() => String, { nullable: true, description: "The limit tier: one of `limitTiers`. Operators only." })
  readonly limitTier?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "The contact group that is told about the project's alerts; one of the project's own. Members may set this; the rest is for administrators.",
  })
  readonly defaultContactGroup?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: "The version you have seen; if it is no longer the newest, CONFLICT.",
  })
  readonly expectedVersion?: number | null;
}
