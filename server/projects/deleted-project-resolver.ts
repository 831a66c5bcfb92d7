import { Args, Ctx, Query, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PageArguments } from "../graph/connection.js";
import { DeletedProjectConnection } from "./deleted-project.js";
import type { DeletedProjectService } from "./deleted-project-service.js";

/** Deleted projects in the graph. */
@Resolver()
export class DeletedProjectResolver {
  constructor(private readonly service: DeletedProjectService) {}

  @Query(() => DeletedProjectConnection, {
    description: "The deleted projects that can still be brought back, the last deleted first. Operators only.",
  })
  deletedProjects(@Ctx() caller: Caller, @Args(() => PageArguments) page: PageArguments) {
    return this.service.list(caller, page);
  }
}
