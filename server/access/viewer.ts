import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Membership } from "./api-token.js";
import { PrincipalKind } from "./principal.js";
import { GlobalRole, ProjectRole } from "./roles.js";

registerEnumType(PrincipalKind, {
  name: "PrincipalKind",
  description: "How somebody proved who they are.",
  valuesConfig: {
    API_TOKEN: { description: "With an API token." },
    OIDC: { description: "By signing in with OpenID Connect, or with a bearer token of that provider." },
    PROXY_HEADER: { description: "A proxy in front of the server, which the settings trust, said so." },
    KEYSTONE: { description: "With a token of OpenStack's Keystone." },
    ANONYMOUS: { description: "Not at all: the settings let everybody read." },
    SERVER: { description: "It is the server itself, which does some things unasked." },
    COMMAND_LINE: { description: "By running a command of the server on its own machine." },
  },
});

/** Who is asking, as the graph shows it. */
@ObjectType({ description: "Who is asking." })
export class Viewer {
  @Field(() => PrincipalKind, { description: "How you proved who you are." })
  readonly kind!: PrincipalKind;

  @Field(() => String, { description: "Your name, as the change log shows it." })
  readonly name!: string;

  @Field(() => GlobalRole, { nullable: true, description: "Your role over all projects; null when you have none." })
  readonly globalRole!: GlobalRole | null;

  @Field(() => ProjectRole, { nullable: true, description: "Your role in every project; null when you have none." })
  readonly everyProjectRole!: ProjectRole | null;

  @Field(() => [Membership], { description: "Your roles in single projects." })
  readonly memberships!: readonly Membership[];
}
