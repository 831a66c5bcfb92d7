import type { Caller } from "../../access/caller.js";
import { all, everything, type Narrow, oneOf } from "../../core/database/narrow.js";
import { BadUserInputError } from "../../core/errors.js";
import { BatchSource, groupBy } from "../../core/loaders.js";
import { type PageRequest, requirePageSize } from "../../core/page.js";
import type { Project } from "../../projects/project.js";
import type { ProjectService } from "../../projects/project-service.js";
import { type Alert, alertIdOf } from "../alert.js";
import type { AlertService } from "../alert-service.js";
import type { AlertEpisode, EpisodePage } from "./alert-episode.js";
import { type AlertEpisodeRepository, type Beginnings, episodesWhere } from "./alert-episode-repository.js";
import type { AlertHistoryCounts } from "./alert-history-counts.js";
import type { AlertHistoryCountsArguments, AlertHistoryFilter } from "./alert-history-input.js";

const newestFirst = { property: "startsAt", direction: "DESC" } as const;
const mostValues = 100;

/**
 * Tells what fired and resolved. An episode is of the project that had its alert's name when it was first seen: of what has
 * none, or whose project was deleted since, only those know who read the platform.
 */
export class AlertHistoryService {
  constructor(
    private readonly repository: AlertEpisodeRepository,
    private readonly projects: ProjectService,
    private readonly alerts: AlertService,
    private readonly now: () => Date,
  ) {}

  /** The episode with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<AlertEpisode | null> {
    const episode = await caller.loaders.for(this.repository.byId).load(id);
    if (episode === null || caller.may("platform.read")) return episode;
    return (await this.projectOf(caller, episode)) === null ? null : episode;
  }

  /** All that the caller may see, the newest first. */
  async list(caller: Caller, filter: AlertHistoryFilter, page: PageRequest): Promise<EpisodePage> {
    caller.requireAnywhere("project.read");
    const visible = await this.#visible(caller, filter.projects);
    const narrow = all(visible, episodesWhere(checked(filter)));
    const found = await this.repository.page({ narrow, order: newestFirst, page, list: "alertHistory" });
    return { page: found, leftOutNow: () => this.repository.leftOutOf(visible, filter) };
  }

  /** Those of a project that is visible to the caller. */
  async listOfProject(
    caller: Caller,
    { id, name }: Project,
    filter: AlertHistoryFilter,
    page: PageRequest,
  ): Promise<EpisodePage> {
    const { projects, ...others } = checked(filter);
    const named = projects == null || projects.includes(name) ? everything : oneOf("id", []);
    const narrow = all(named, episodesWhere(others));
    const query = { narrow, filter, order: newestFirst, page, list: "Project.alertHistory" };
    const { page: found } = await this.repository.below(caller.loaders, "projectId", id, query);
    return { page: found, leftOutNow: () => this.#leftOut(caller, id, filter) };
  }

  /** Those of an alert that is visible to the caller. */
  async listOfAlert(caller: Caller, alert: Alert, page: PageRequest): Promise<EpisodePage> {
    // Labels can be those of a project of the past that had the same name.
    const narrow = await this.#visible(caller);
    const query = { narrow, order: newestFirst, page, list: "Alert.history" };
    const { page: found } = await this.repository.below(caller.loaders, "fingerprint", alert.fingerprint, query);
    return {
      page: found,
      leftOutNow: async () => {
        const project = await this.alerts.projectOf(caller, alert);
        return this.#leftOut(caller, project?.id ?? "", {});
      },
    };
  }

  /** How often and how long the alerts of a project fired that is visible to the caller. */
  async countsOfProject(
    caller: Caller,
    { id }: Project,
    args: AlertHistoryCountsArguments,
  ): Promise<AlertHistoryCounts> {
    const { since, until, first } = args;
    requirePageSize(first);
    const beginnings = { since, until };
    const counts = () =>
      new BatchSource<string, AlertHistoryCounts["names"]>(async (ids) => {
        const byProject = groupBy(
          await this.repository.nameCounts(ids, beginnings, this.now()),
          ({ projectId }) => projectId,
        );
        return ids.map((projectId) => byProject.get(projectId) ?? []);
      });
    const names = await caller.loaders.keyed(JSON.stringify(["alertNameCounts", beginnings]), counts).load(id);
    return { names: names.slice(0, first), leftOut: await this.#leftOut(caller, id, beginnings) };
  }

  /** The project that an episode is of; null when there is none that the caller may see. */
  async projectOf(caller: Caller, { projectId }: AlertEpisode): Promise<Project | null> {
    return projectId === null ? null : this.projects.find(caller, projectId);
  }

  /** The alert, while it fires. */
  async alertOf(caller: Caller, { fingerprint, state }: AlertEpisode): Promise<Alert | null> {
    return state === "FIRING" ? this.alerts.find(caller, alertIdOf(fingerprint)) : null;
  }

  durationSeconds(episode: AlertEpisode): number {
    return episode.durationSeconds(this.now());
  }

  suppressedSeconds(episode: AlertEpisode): number {
    return episode.suppressedSeconds(this.now());
  }

  /** Only what the caller may see, and of that, where names are given, only what is of these projects. */
  async #visible(caller: Caller, names?: readonly string[] | null): Promise<Narrow> {
    if (names != null) {
      const named = await Promise.all(names.map((name) => this.projects.findByName(caller, name)));
      return oneOf(
        "projectId",
        named.flatMap((project) => project?.id ?? []),
      );
    }
    if (caller.may("platform.read")) return everything;
    const readable = caller.projectsFor("project.read");
    if (readable === "all") return this.projects.ofLiving("projectId");
    const found = await Promise.all(readable.map((id) => this.projects.find(caller, id)));
    return oneOf(
      "projectId",
      found.flatMap((project) => project?.id ?? []),
    );
  }

  #leftOut(caller: Caller, projectId: string, { since, until }: Beginnings): Promise<number> {
    const beginnings = { since, until };
    const counts = () => new BatchSource<string, number>((ids) => this.repository.leftOut(ids, beginnings));
    return caller.loaders.keyed(JSON.stringify(["alertsLeftOut", beginnings]), counts).load(projectId);
  }
}

function checked(filter: AlertHistoryFilter): AlertHistoryFilter {
  for (const field of ["projects", "names", "severities"] as const) {
    if ((filter[field]?.length ?? 0) <= mostValues) continue;
    throw new BadUserInputError(`"filter.${field}" may hold at most ${mostValues} values.`, ["filter", field]);
  }
  return filter;
}
