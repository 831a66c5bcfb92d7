import { Field, ID, InputType } from "type-graphql";
import { DateTime, Duration } from "../graph/scalars.js";
import { GlobalRole, ProjectRole } from "./roles.js";

/** A role in one project, to be granted. */
@InputType({ description: "A role in one project, to be granted." })
export class MembershipInput {
  @Field(() => ID, { description: "The project." })
  readonly project!: string;

  @Field(() => ProjectRole, { description: "The role." })
  readonly role!: ProjectRole;
}

/** A new API token. */
@InputType({ description: "A new API token: a role over all projects, or roles in some." })
export class ApiTokenCreateInput {
  @Field(() => String, { description: "What it is for, 1 to 100 characters; shown as the actor of its changes." })
  readonly name!: string;

  @Field(() => GlobalRole, { nullable: true, description: "A role over all projects. Operators only." })
  readonly globalRole?: GlobalRole | null;

  @Field(() => [MembershipInput], { nullable: true, description: "Roles in projects." })
  readonly memberships?: readonly MembershipInput[] | null;

  @Field(() => DateTime, { nullable: true, description: "From then on it is refused; absent: it never expires." })
  readonly expiresAt?: Date | null;
}

/** How an API token gets a new secret. */
@InputType({ description: "How an API token gets a new secret." })
export class ApiTokenRotateInput {
  @Field(() => Duration, {
    nullable: true,
    description:
      'How long the secret that it has now goes on working, `"1d"` unless told, at most `"30d"`, `"0s"` for not at all; never beyond the token\'s expiry.',
  })
  readonly previousValidFor?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "From then on the token is refused; null: it never expires; absent: as before.",
  })
  readonly expiresAt?: Date | null;
}
