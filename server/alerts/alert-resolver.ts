import { Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PageArguments } from "../graph/connection.js";
import { OrderBy } from "../graph/order-enum.js";
import { Project } from "../projects/project.js";
import type { AcknowledgedAlerts } from "./acknowledged-alerts.js";
import { Alert } from "./alert.js";
import { AlertConnection } from "./alert-connection.js";
import { AlertCounts, countAcknowledged } from "./alert-counts.js";
import { type AlertFilter, AlertFilterArgument, AlertOrder, KnownRevisionArgument } from "./alert-input.js";
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
    @OrderBy(AlertOrder, "STARTS_AT_DESC") order: keyof typeof AlertOrder,
    @KnownRevisionArgument() knownRevision: string | null,
  ) {
    return this.service.list(caller, { filter: filter ?? {}, order, page, knownRevision });
  }

  @Query(() => AlertCounts, {
    nullable: true,
    description:
      "How many alerts of the projects that you may read there are, by state and severity; null while no Alertmanager has answered.",
  })
  alertCounts(@Ctx() caller: Caller, @AlertFilterArgument() filter: AlertFilter | null) {
    return this.service.counts(caller, null, filter ?? {});
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
    return alert.inhibitors.length === 0 ? [] : this.service.inhibitorsOf(caller, alert);
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
    @OrderBy(AlertOrder, "STARTS_AT_DESC") order: keyof typeof AlertOrder,
    @KnownRevisionArgument() knownRevision: string | null,
  ) {
    return this.service.listOfProject(caller, project, { filter: filter ?? {}, order, page, knownRevision });
  }

  @FieldResolver(() => AlertCounts, {
    nullable: true,
    description: "How many alerts it has, by state and severity; null while no Alertmanager has answered.",
  })
  alertCounts(@Ctx() caller: Caller, @Root() project: Project, @AlertFilterArgument() filter: AlertFilter | null) {
    return this.service.counts(caller, project, filter ?? {});
  }
}

/** How many alerts somebody sees to. */
@Resolver(() => AlertCounts)
export class AlertCountsResolver {
  constructor(private readonly acknowledgements: AcknowledgedAlerts) {}

  @FieldResolver(() => Int, { description: "Those that somebody has acknowledged, in any state." })
  acknowledged(@Root() { alerts }: AlertCounts) {
    return countAcknowledged(alerts, this.acknowledgements);
  }
}
