import { Ctx, Query, Resolver } from "type-graphql";
import type { Caller } from "./caller.js";
import { Viewer } from "./viewer.js";

/** Who is asking, in the graph. */
@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: "Who you are, and your roles." })
  viewer(@Ctx() caller: Caller): Viewer {
    const { kind, name, globalRole, everyProjectRole, memberships } = caller.principal;
    const roles = [...memberships].map(([projectId, role]) => ({ projectId, role }));
    return { kind, name, globalRole, everyProjectRole, memberships: roles };
  }
}
