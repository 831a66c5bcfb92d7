import type { Caller } from "../access/caller.js";
import type { Alert } from "../alerts/alert.js";
import type { AlertQuery, AlertService } from "../alerts/alert-service.js";
import type { AlertSnapshot } from "../alerts/alert-snapshot.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { type ProjectSight, sightOf } from "../alerts/project-sight.js";
import { uuidIn } from "../alerts/silence-id.js";
import { BadUserInputError } from "../core/errors.js";
import type { Matching } from "../core/matching.js";
import { comparePositions, type PageRequest, type Position, pageOfArray } from "../core/page.js";
import { searchIn } from "../core/search.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { Silence } from "./silence.js";
import type { SilenceFilter } from "./silence-input.js";
import { alertsMatchedBy, projectLabel, projectOf, projectsConcernedBy } from "./silence-scope.js";

const mostValues = 100;

/** Answers from memory which silences there are, to each caller those that could mute alerts that it may see. */
export class SilenceService {
  constructor(
    private readonly live: LiveAlerts,
    private readonly alerts: AlertService,
    private readonly projects: ProjectService,
  ) {}

  /** The silence with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<Silence | null> {
    const held = (await this.live.snapshot())?.silence(uuidIn(id) ?? "");
    const silence = held === undefined ? null : new Silence(held);
    return silence && (await this.isVisible(caller, silence)) ? silence : null;
  }

  /** Whether the caller may see the silence: whether it could mute an alert that the caller may see. */
  async isVisible(caller: Caller, silence: Silence): Promise<boolean> {
    return isVisible(caller, await sightOf(caller, this.projects), silence);
  }

  /** Whether the policy lets the caller write a silence with these matchers. */
  async mayWrite(caller: Caller, matchers: Silence["matchers"]): Promise<boolean> {
    if (caller.may("silence.writePlatform")) return true;
    const projectId = await this.projectIdOf(caller, matchers);
    return projectId !== null && caller.may("silence.write", projectId);
  }

  /** The one project that a silence with these matchers is for; null when it is for several or the caller may not see it. */
  async projectIdOf(caller: Caller, matchers: Silence["matchers"]): Promise<string | null> {
    const name = projectOf(matchers);
    const project = name === null ? null : await this.projects.findByName(caller, name);
    return project?.id ?? null;
  }

  /** Whether the caller may change or expire this silence, and it can be. */
  async canEdit(caller: Caller, silence: Silence): Promise<boolean> {
    return silence.state !== "EXPIRED" && (await this.mayWrite(caller, silence.matchers));
  }

  /** The silences that the caller may see, the last changed first; null when no Alertmanager has ever answered. */
  async list(caller: Caller, filter: SilenceFilter, page: PageRequest): Promise<Connection<Silence> | null> {
    caller.requireAnywhere("project.read");
    const sight = await sightOf(caller, this.projects);
    return this.#list(caller, (silence) => isVisible(caller, sight, silence), filter, page, "silences");
  }

  /** The silences that could mute alerts of a project that is visible to the caller. */
  listOfProject(
    caller: Caller,
    project: Project,
    filter: SilenceFilter,
    page: PageRequest,
  ): Promise<Connection<Silence> | null> {
    const concerns = ({ matchers }: Silence) => projectsConcernedBy(matchers, caller.matching)(project.name);
    return this.#list(caller, concerns, filter, page, `Project.silences@${project.id}`);
  }

  /** The silences that keep quiet an alert that is visible to the caller; by that they concern the caller too. */
  async listOfAlert({ silenceIds }: Alert): Promise<readonly Silence[]> {
    const snapshot = await this.live.snapshot();
    return silenceIds.flatMap((id) => {
      const held = snapshot?.silence(id);
      return held === undefined ? [] : new Silence(held);
    });
  }

  /** The alerts that a silence matches, in force or not, as far as the caller may see them. */
  async alertsOf(caller: Caller, silence: Silence, query: AlertQuery): Promise<Connection<Alert> | null> {
    const snapshot = await this.live.snapshot();
    const matched = snapshot?.knows.alerts ? matchedBy(caller, silence, snapshot) : null;
    return matched && this.alerts.page(caller, matched, query, `Silence.alerts@${silence.id}`);
  }

  /** The projects that a silence names or has alerts of now, as far as the caller may see them, by name. */
  async projectsOf(caller: Caller, silence: Silence): Promise<readonly Project[]> {
    const [snapshot, sight] = [await this.live.snapshot(), await sightOf(caller, this.projects)];
    const onProject = silence.matchers.filter(({ name }) => name === projectLabel);
    const concerned = projectsConcernedBy(silence.matchers, caller.matching);
    const names = new Set([
      ...onProject.filter(({ isEqual, isRegex }) => isEqual && !isRegex).map(({ value }) => value),
      ...(onProject.length > 0 ? (sight.names ?? []) : []),
      ...(snapshot === null ? [] : matchedBy(caller, silence, snapshot).map(({ projectName }) => projectName)),
    ]);
    const visible = [...names].filter((name) => name !== "" && sight.sees(name) && concerned(name)).sort();
    const found = await Promise.all(visible.map((name) => this.projects.findByName(caller, name)));
    return found.flatMap((project) => project ?? []);
  }

  async #list(
    caller: Caller,
    passes: (silence: Silence) => boolean,
    filter: SilenceFilter,
    page: PageRequest,
    list: string,
  ): Promise<Connection<Silence> | null> {
    const snapshot = await this.live.snapshot();
    if (!snapshot?.knows.silences) return null;
    const wanted = compileFilter(filter, caller.matching);
    const found = snapshot.silences
      .map((held) => new Silence(held))
      .filter((silence) => wanted(silence) && passes(silence))
      .sort((a, b) => comparePositions(positionOf(b), positionOf(a)));
    return connection(pageOfArray(found, page, list, positionOf, "DESC"), () => found.length);
  }
}

/** Whether somebody who sees so much may see the silence. */
export function isVisible(
  { matching }: Pick<Caller, "matching">,
  { names }: ProjectSight,
  { matchers }: Silence,
): boolean {
  return names === null || [...names].some(projectsConcernedBy(matchers, matching));
}

function positionOf({ updatedAt, uuid }: Silence): Position {
  return [updatedAt.getTime(), uuid];
}

function matchedBy({ matching }: Caller, silence: Silence, snapshot: AlertSnapshot): readonly Alert[] {
  const name = projectOf(silence.matchers);
  const candidates = name === null ? snapshot.alerts : snapshot.alertsOfProject(name);
  const accepts = alertsMatchedBy(silence.matchers, matching);
  return candidates.filter(({ labels, clusters }) => clusters.includes(silence.cluster) && accepts(labels));
}

/** Compiles a filter into one test of silences; throws `BadUserInputError` with the path of what is wrong. */
export function compileFilter(
  { states, projects, createdBy, search }: SilenceFilter,
  matching: Matching,
): (silence: Silence) => boolean {
  if (projects && projects.length > mostValues) {
    throw new BadUserInputError(`"filter.projects" may hold at most ${mostValues} values.`, ["filter", "projects"]);
  }
  const holds = search ? searchIn(search, matching) : null;
  const texts = ({ comment, createdBy: author, matchers }: Silence) => [
    comment,
    author,
    ...matchers.map(({ value }) => value),
  ];
  return (silence) =>
    (!states || states.includes(silence.state)) &&
    (createdBy == null || silence.createdBy === createdBy) &&
    (!projects || projects.some(projectsConcernedBy(silence.matchers, matching))) &&
    (holds === null || holds(texts(silence)));
}
