import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { type ApiToken, ApiTokenConnection, Membership } from "../access/api-token.js";
import type { ApiTokenService } from "../access/api-token-service.js";
import type { Caller } from "../access/caller.js";
import { type Connection, PageArguments } from "../graph/connection.js";
import { Project } from "./project.js";
import type { ProjectService } from "./project-service.js";

/** The project of a membership. */
@Resolver(() => Membership)
export class MembershipResolver {
  constructor(private readonly projects: ProjectService) {}

  @FieldResolver(() => Project, { description: "The project." })
  project(@Ctx() caller: Caller, @Root() membership: Membership) {
    return this.projects.require(caller, membership.projectId);
  }
}

/** The API tokens of a project. */
@Resolver(() => Project)
export class ProjectTokensResolver {
  constructor(private readonly tokens: ApiTokenService) {}

  @FieldResolver(() => ApiTokenConnection, {
    nullable: true,
    description: "Its API tokens, newest first; null unless you administer them.",
  })
  apiTokens(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
  ): Promise<Connection<ApiToken> | null> {
    return this.tokens.listOf(caller, project.id, page);
  }
}
