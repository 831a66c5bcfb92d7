import type { Caller } from "../access/caller.js";
import type { Alert } from "../alerts/alert.js";
import type { AlertQuery, AlertService } from "../alerts/alert-service.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { type ProjectSight, sightOf } from "../alerts/project-sight.js";
import { uuidIn } from "../alerts/silence-id.js";
import { comparePositions, type PageRequest, type Position, pageOfArray } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { Silence } from "./silence.js";
import { compileSilenceFilter, type SilencePredicate } from "./silence-filter.js";
import { hitsAny, hitsOf, type SilenceReach } from "./silence-hits.js";
import { type SilenceFilter, SilenceOrder } from "./silence-list-input.js";
import { projectLabel, projectOf, projectsConcernedBy, projectsNamedBy } from "./silence-scope.js";

/** Which silences, in which order, and which page of them. */
export interface SilenceQuery {
  readonly filter: SilenceFilter;
  readonly order: keyof typeof SilenceOrder;
  readonly page: PageRequest;
}

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

  /** The silences that the caller may see; null when no Alertmanager has ever answered. */
  async list(caller: Caller, query: SilenceQuery): Promise<Connection<Silence> | null> {
    caller.requireAnywhere("project.read");
    const found = await this.select(caller, query.filter);
    return found && pageOf(found, query, "silences");
  }

  /** The silences that could mute alerts of a project that is visible to the caller. */
  async listOfProject(caller: Caller, project: Project, query: SilenceQuery): Promise<Connection<Silence> | null> {
    const concerns = ({ matchers }: Silence) => projectsConcernedBy(matchers, caller.matching)(project.name);
    const found = await this.#filtered(caller, query.filter, concerns);
    return found && pageOf(found, query, `Project.silences@${project.id}`);
  }

  /** All silences that the caller may see and that pass, in no order; null when no Alertmanager has ever answered. */
  async select(caller: Caller, filter: SilenceFilter): Promise<readonly Silence[] | null> {
    const sight = await sightOf(caller, this.projects);
    return this.#filtered(caller, filter, (silence) => isVisible(caller, sight, silence));
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
    const hits = await this.hitsOf(caller, silence);
    return hits && this.alerts.page(caller, hits, query, `Silence.alerts@${silence.id}`);
  }

  /** The same of what need not be a silence yet, all of them; null when no Alertmanager has ever answered. */
  async hitsOf(caller: Caller, reach: SilenceReach): Promise<readonly Alert[] | null> {
    const snapshot = await this.live.snapshot();
    if (!snapshot?.knows.alerts) return null;
    const { sees } = await sightOf(caller, this.projects);
    return hitsOf(reach, snapshot, caller.matching).filter(({ projectName }) => sees(projectName));
  }

  /** The projects that a silence names or has alerts of now, as far as the caller may see them, by name. */
  async projectsOf(caller: Caller, silence: Silence): Promise<readonly Project[]> {
    const [hits, sight] = [await this.hitsOf(caller, silence), await sightOf(caller, this.projects)];
    const isOnProject = silence.matchers.some(({ name }) => name === projectLabel);
    const concerned = projectsConcernedBy(silence.matchers, caller.matching);
    const names = new Set([
      ...projectsNamedBy(silence.matchers),
      ...(isOnProject ? (sight.names ?? []) : []),
      ...(hits ?? []).map(({ projectName }) => projectName),
    ]);
    const visible = [...names].filter((name) => name !== "" && sight.sees(name) && concerned(name)).sort();
    const found = await Promise.all(visible.map((name) => this.projects.findByName(caller, name)));
    return found.flatMap((project) => project ?? []);
  }

  async #filtered(caller: Caller, filter: SilenceFilter, passes: SilencePredicate): Promise<readonly Silence[] | null> {
    const snapshot = await this.live.snapshot();
    if (!snapshot?.knows.silences || (filter.hitsNothing != null && !snapshot.knows.alerts)) return null;
    const { matching } = caller;
    const { sees } = await sightOf(caller, this.projects);
    const concerned = snapshot.silences.map((held) => new Silence(held)).filter(passes);
    const wanted = compileSilenceFilter(filter, {
      matching,
      mayEdit: filter.viewerCanEdit == null ? () => false : await this.#editor(caller, concerned),
      hitsNothing: (silence) => !hitsAny(silence, snapshot, matching, ({ projectName }) => sees(projectName)),
    });
    return concerned.filter(wanted);
  }

  /** `canEdit` for many. */
  async #editor(caller: Caller, silences: readonly Silence[]): Promise<SilencePredicate> {
    if (caller.may("silence.writePlatform")) return ({ state }) => state !== "EXPIRED";
    if (!caller.mayAnywhere("silence.write")) return () => false;
    const names = new Set(silences.flatMap(({ matchers }) => projectOf(matchers) ?? []));
    const projects = await Promise.all([...names].map((name) => this.projects.findByName(caller, name)));
    const own = projects.flatMap((project) => (project && caller.may("silence.write", project.id) ? project.name : []));
    const editable = new Set<string | null>(own);
    return ({ state, matchers }) => state !== "EXPIRED" && editable.has(projectOf(matchers));
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

function pageOf(silences: readonly Silence[], { order, page }: SilenceQuery, list: string): Connection<Silence> {
  const { property, direction } = SilenceOrder[order];
  const positionOf = (silence: Silence): Position => [silence[property].getTime(), silence.uuid];
  const sign = direction === "ASC" ? 1 : -1;
  const sorted = silences.toSorted((a, b) => sign * comparePositions(positionOf(a), positionOf(b)));
  return connection(pageOfArray(sorted, page, `${list}:${order}`, positionOf, direction), () => sorted.length);
}
