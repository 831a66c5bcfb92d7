import { Args, Ctx, FieldResolver, Float, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../../access/caller.js";
import { PageArguments } from "../../graph/connection.js";
import { Project } from "../../projects/project.js";
import { Alert } from "../alert.js";
import { AlertEpisode, AlertEpisodeConnection } from "./alert-episode.js";
import { AlertHistoryCounts } from "./alert-history-counts.js";
import {
  AlertHistoryCountsArguments,
  type AlertHistoryFilter,
  AlertHistoryFilterArgument,
} from "./alert-history-input.js";
import type { AlertHistoryService } from "./alert-history-service.js";

/** What fired and resolved. */
@Resolver(() => AlertEpisode)
export class AlertHistoryResolver {
  constructor(private readonly service: AlertHistoryService) {}

  @Query(() => AlertEpisodeConnection, {
    description: "What fired and resolved in the projects that you may read, the newest first, as long as it is kept.",
  })
  alertHistory(
    @Ctx() caller: Caller,
    @Args(() => PageArguments) page: PageArguments,
    @AlertHistoryFilterArgument() filter: AlertHistoryFilter | null,
  ) {
    return this.service.list(caller, filter ?? {}, page);
  }

  @FieldResolver(() => Project, {
    nullable: true,
    description: "The project that it is of; null when there is none that you may read, or it was deleted since.",
  })
  project(@Ctx() caller: Caller, @Root() episode: AlertEpisode) {
    return this.service.projectOf(caller, episode);
  }

  @FieldResolver(() => Alert, {
    nullable: true,
    description: "The alert as the Alertmanagers hold it now; null when it has resolved.",
  })
  alert(@Ctx() caller: Caller, @Root() episode: AlertEpisode) {
    return this.service.alertOf(caller, episode);
  }

  @FieldResolver(() => Float, { description: "How long it fired, in seconds; until now, while it fires." })
  durationSeconds(@Root() episode: AlertEpisode) {
    return this.service.durationSeconds(episode);
  }

  @FieldResolver(() => Float, {
    description:
      "How long of that it was kept quiet, by a silence, another alert or a mute timing, in seconds; until now, while it fires.",
  })
  suppressedSeconds(@Root() episode: AlertEpisode) {
    return this.service.suppressedSeconds(episode);
  }
}

/** What fired and resolved in a project. */
@Resolver(() => Project)
export class ProjectAlertHistoryResolver {
  constructor(private readonly service: AlertHistoryService) {}

  @FieldResolver(() => AlertEpisodeConnection, {
    description: "What fired and resolved in it, the newest first, as long as it is kept.",
  })
  alertHistory(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @AlertHistoryFilterArgument() filter: AlertHistoryFilter | null,
  ) {
    return this.service.listOfProject(caller, project, filter ?? {}, page);
  }

  @FieldResolver(() => AlertHistoryCounts, {
    description: "How often and how long its alerts fired: the noisiest first. Costs 50.",
  })
  alertHistoryCounts(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => AlertHistoryCountsArguments) args: AlertHistoryCountsArguments,
  ) {
    return this.service.countsOfProject(caller, project, args);
  }
}

/** The firings of an alert. */
@Resolver(() => Alert)
export class AlertEpisodesResolver {
  constructor(private readonly service: AlertHistoryService) {}

  @FieldResolver(() => AlertEpisodeConnection, {
    description: "When it fired, this time and earlier, the newest first, as long as it is kept.",
  })
  history(@Ctx() caller: Caller, @Root() alert: Alert, @Args(() => PageArguments) page: PageArguments) {
    return this.service.listOfAlert(caller, alert, page);
  }
}
