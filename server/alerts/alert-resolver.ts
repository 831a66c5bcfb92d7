import { Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PageArguments } from "../graph/connection.js";
import { OrderBy } from "../graph/order-enum.js";
import { Project } from "../projects/project.js";
import { Alert, AlertConnection } from "./alert.js";
import { AlertCounts } from "./alert-counts.js";
import { type AlertFilter, AlertFilterArgument, AlertOrder } from "./alert-input.js";
import type { AlertService } from "./alert-service.js";

/** Alerts in the graph. */
@Resolver(() => Alert)
export class AlertResolver {
  constructor(private readonly service: AlertService) {}

  @Query(() => AlertConnection, {
    nullable: true,
    description: "The alerts of the projects that you may read; null while no Alertmanager has answered.",
  })
  alerts(
    @Ctx() caller: Caller,
    @Args(() => PageArguments) page: PageArguments,
    @AlertFilterArgument() filter: AlertFilter | null,
    @OrderBy(AlertOrder, "STARTS_AT_DESC") orderBy: keyof typeof AlertOrder,
  ) {
    return this.service.list(caller, { filter: filter ?? {}, order: orderBy, page });
  }

  @FieldResolver(() => Project, {
    nullable: true,
    description: "The project that its label `project` names; null when there is none that you may read.",
  })
  project(@Ctx() caller: Caller, @Root() alert: Alert) {
    return this.service.projectOf(caller, alert);
  }

  @FieldResolver(() => [Alert], {
    description: "The alerts that keep it quiet by an inhibition rule, as far as you may read them.",
  })
  inhibitedBy(@Ctx() caller: Caller, @Root() alert: Alert) {
    return this.service.inhibitorsOf(caller, alert);
  }
}

/** The alerts of a project. */
@Resolver(() => Project)
export class ProjectAlertsResolver {
  constructor(private readonly service: AlertService) {}

  @FieldResolver(() => AlertConnection, {
    nullable: true,
    description: "Its alerts that have not resolved; null while no Alertmanager has answered.",
  })
  alerts(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @AlertFilterArgument() filter: AlertFilter | null,
    @OrderBy(AlertOrder, "STARTS_AT_DESC") orderBy: keyof typeof AlertOrder,
  ) {
    return this.service.listOfProject(caller, project, { filter: filter ?? {}, order: orderBy, page });
  }

  @FieldResolver(() => AlertCounts, {
    nullable: true,
    description: "How many alerts it has, by state; null while no Alertmanager has answered.",
  })
  alertCounts(@Root() project: Project) {
    return this.service.countsOfProject(project);
  }
}
