import { Arg, Args, Ctx, Field, FieldResolver, Mutation, ObjectType, Query, Resolver, Root } from "type-graphql";
import { IdArgument } from "../graph/arguments.js";
import { PageArguments } from "../graph/connection.js";
import { PayloadFields } from "../graph/payload.js";
import { ApiToken, ApiTokenConnection, Membership } from "./api-token.js";
import { ApiTokenCreateInput, ApiTokenRotateInput } from "./api-token-input.js";
import type { ApiTokenService } from "./api-token-service.js";
import type { Caller } from "./caller.js";

const secretDescription =
  "The secret to send. It is shown this once; only its hash is kept. So it is null where the answer repeats an earlier one (same `Idempotency-Key`): rotate the token if that was lost.";

/** What came of revoking a token. */
@ObjectType({ description: "What came of the revocation." })
export class ApiTokenRevokePayload extends PayloadFields {
  @Field(() => ApiToken, { nullable: true, description: "The token as it is now." })
  readonly apiToken!: ApiToken | null;
}

/** What came of creating a token. */
@ObjectType({ description: "What came of the creation." })
export class ApiTokenCreatePayload extends PayloadFields {
  @Field(() => ApiToken, { nullable: true, description: "The new token; null when nothing was written." })
  readonly apiToken!: ApiToken | null;

  @Field(() => String, { nullable: true, description: secretDescription })
  readonly secret!: string | null;
}

/** What came of rotating a token. */
@ObjectType({ description: "What came of the rotation." })
export class ApiTokenRotatePayload extends PayloadFields {
  @Field(() => ApiToken, { nullable: true, description: "The token as it is now; null when nothing was written." })
  readonly apiToken!: ApiToken | null;

  @Field(() => String, { nullable: true, description: secretDescription })
  readonly secret!: string | null;
}

/** API tokens in the graph. */
@Resolver(() => ApiToken)
export class ApiTokenResolver {
  constructor(private readonly service: ApiTokenService) {}

  @Query(() => ApiTokenConnection, { description: "The API tokens that you may see, newest first." })
  apiTokens(@Ctx() caller: Caller, @Args(() => PageArguments) page: PageArguments) {
    return this.service.list(caller, page);
  }

  @FieldResolver(() => [Membership], { description: "Its roles in projects that you may read." })
  memberships(@Ctx() caller: Caller, @Root() token: ApiToken) {
    return this.service.memberships(caller, token);
  }

  @Mutation(() => ApiTokenCreatePayload, {
    description: "Creates an API token. Its secret is in the payload, and nowhere else.",
  })
  apiTokenCreate(
    @Ctx() caller: Caller,
    @Arg("input", () => ApiTokenCreateInput, { description: "The new token." }) input: ApiTokenCreateInput,
  ) {
    return this.service.create(caller, input);
  }

  @Mutation(() => ApiTokenRotatePayload, {
    description:
      "Gives an API token a new secret: same id, name and roles. The secret that it has goes on working for a while; one from before an earlier rotation ends.",
  })
  apiTokenRotate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => ApiTokenRotateInput, { defaultValue: {}, description: "How." }) input: ApiTokenRotateInput,
  ) {
    return this.service.rotate(caller, id, input);
  }

  @Mutation(() => ApiTokenRevokePayload, { description: "Revokes an API token for good, with all its secrets." })
  apiTokenRevoke(@Ctx() caller: Caller, @IdArgument() id: string) {
    return this.service.revoke(caller, id);
  }
}
