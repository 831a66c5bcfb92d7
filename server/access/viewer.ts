import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Membership } from "./api-token.js";
import type { PrincipalKind } from "./principal.js";
import { GlobalRole } from "./roles.js";

/** How a viewer proved who it is. */
export const ViewerKind = { API_TOKEN: "API_TOKEN" } as const satisfies Record<PrincipalKind, PrincipalKind>;

registerEnumType(ViewerKind, {
  name: "PrincipalKind",
  description: "How you proved who you are.",
  valuesConfig: { API_TOKEN: { description: "With an API token." } },
});

/** Who is asking, as the graph shows it. */
@ObjectType({ description: "Who is asking." })
export class Viewer {
  @Field(() => ViewerKind, { description: "How you proved who you are." })
  readonly kind!: PrincipalKind;

  @Field(() => String, { description: "Your name, as the change log shows it." })
  readonly name!: string;

  @Field(() => GlobalRole, { nullable: true, description: "Your role over all projects; null when you have none." })
  readonly globalRole!: GlobalRole | null;

  @Field(() => [Membership], { description: "Your roles in projects." })
  readonly memberships!: readonly Membership[];
}
