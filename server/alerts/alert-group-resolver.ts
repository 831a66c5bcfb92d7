import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import type { PageRequest } from "../core/page.js";
import { PageArguments } from "../graph/connection.js";
import { Project } from "../projects/project.js";
import { AlertConnection, AlertGroupConnection } from "./alert-connection.js";
import { AlertGroup } from "./alert-group.js";
import { AlertGroupOrder } from "./alert-group-order.js";
import type { AlertGroupService } from "./alert-group-service.js";
import { type AlertFilter, AlertFilterArgument, KnownRevisionArgument } from "./alert-input.js";

const GroupByArgument = () =>
  Arg("groupBy", () => [String], {
    nullable: true,
    description:
      "The labels to group by, at most 10; without, each receiver's alerts are grouped as their notifications are, an alert with two receivers in two groups.",
  });

const GroupOrderArgument = () =>
  Arg("orderBy", () => AlertGroupOrder, { defaultValue: "LABELS", description: "The order of the list." });

/** The arguments of the alerts of a group. */
@ArgsType()
class GroupPageArguments implements PageRequest {
  @Field(() => Int, { defaultValue: 5, description: "How many, 1 to 100. Outside is an error, never a clamp." })
  readonly first!: number;

  @Field(() => String, { nullable: true, description: "Begin after this cursor, taken from `pageInfo.endCursor`." })
  readonly after?: string | null;
}

/** Groups of alerts in the graph. */
@Resolver(() => AlertGroup)
export class AlertGroupResolver {
  constructor(private readonly service: AlertGroupService) {}

  @Query(() => AlertGroupConnection, {
    nullable: true,
    description: "The alerts of the projects that you may read, in groups; null while no Alertmanager has answered.",
  })
  alertGroups(
    @Ctx() caller: Caller,
    @Args(() => PageArguments) page: PageArguments,
    @AlertFilterArgument() filter: AlertFilter | null,
    @GroupByArgument() groupBy: readonly string[] | null,
    @GroupOrderArgument() order: AlertGroupOrder,
    @KnownRevisionArgument() knownRevision: string | null,
  ) {
    return this.service.list(caller, null, { filter: filter ?? {}, groupBy, order, page, knownRevision });
  }

  @FieldResolver(() => AlertConnection, { description: "Its alerts, the newest first." })
  alerts(@Root() group: AlertGroup, @Args(() => GroupPageArguments) page: GroupPageArguments) {
    return this.service.alertsOf(group, page);
  }
}

/** The groups of a project's alerts. */
@Resolver(() => Project)
export class ProjectAlertGroupsResolver {
  constructor(private readonly service: AlertGroupService) {}

  @FieldResolver(() => AlertGroupConnection, {
    nullable: true,
    description: "Its alerts, in groups; null while no Alertmanager has answered.",
  })
  alertGroups(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @AlertFilterArgument() filter: AlertFilter | null,
    @GroupByArgument() groupBy: readonly string[] | null,
    @GroupOrderArgument() order: AlertGroupOrder,
    @KnownRevisionArgument() knownRevision: string | null,
  ) {
    return this.service.list(caller, project, { filter: filter ?? {}, groupBy, order, page, knownRevision });
  }
}
