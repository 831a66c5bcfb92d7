import type { Caller } from "../access/caller.js";
import { comparePositions, type PageRequest, type Position, pageOfArray } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { type Alert, fingerprintIn } from "./alert.js";
import { type AlertCounts, countAlerts } from "./alert-counts.js";
import { compileAlertFilter } from "./alert-filter.js";
import { type AlertFilter, AlertOrder } from "./alert-input.js";
import type { AlertSnapshot } from "./alert-snapshot.js";
import type { LiveAlerts } from "./live-alerts.js";
import { sightOf } from "./project-sight.js";

/** Which alerts, in which order, and which page of them. */
export interface AlertQuery {
  readonly filter: AlertFilter;
  readonly order: keyof typeof AlertOrder;
  readonly page: PageRequest;
}

/** Answers from memory which alerts there are, to each caller only those of the projects that it may read. */
export class AlertService {
  constructor(
    private readonly live: LiveAlerts,
    private readonly projects: ProjectService,
  ) {}

  /** The alert with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<Alert | null> {
    const alert = (await this.live.snapshot())?.alert(fingerprintIn(id) ?? "");
    return alert !== undefined && (await sightOf(caller, this.projects)).sees(alert.projectName) ? alert : null;
  }

  /** All alerts that the caller may see; null when no Alertmanager has ever answered. */
  async list(caller: Caller, query: AlertQuery): Promise<Connection<Alert> | null> {
    caller.requireAnywhere("project.read");
    const snapshot = await this.#known();
    return snapshot && pageOf(caller, await this.#visible(caller, snapshot), query, "alerts");
  }

  /** The alerts of a project that is visible to the caller; null when no Alertmanager has ever answered. */
  async listOfProject(caller: Caller, project: Project, query: AlertQuery): Promise<Connection<Alert> | null> {
    const snapshot = await this.#known();
    return snapshot && pageOf(caller, snapshot.alertsOfProject(project.name), query, `Project.alerts@${project.id}`);
  }

  /** The alerts of a rule of a project, the latter visible to the caller; what only claims to be of it is left out. */
  async listOfRule(
    caller: Caller,
    project: Project,
    ruleId: string,
    query: AlertQuery,
  ): Promise<Connection<Alert> | null> {
    const snapshot = await this.#known();
    const alerts = snapshot?.alertsOfRule(ruleId).filter(({ projectName }) => projectName === project.name);
    return alerts === undefined ? null : pageOf(caller, alerts, query, `AlertingRule.alerts@${ruleId}`);
  }

  /** How many alerts a project has that is visible to the caller; null when no Alertmanager has ever answered. */
  async countsOfProject(project: Project): Promise<AlertCounts | null> {
    const snapshot = await this.#known();
    return snapshot && countAlerts(snapshot.alertsOfProject(project.name));
  }

  /** Those of `alerts` that the caller may see, filtered, ordered and paged; `list` names the list that they are. */
  async page(caller: Caller, alerts: readonly Alert[], query: AlertQuery, list: string): Promise<Connection<Alert>> {
    const { sees } = await sightOf(caller, this.projects);
    const visible = alerts.filter(({ projectName }) => sees(projectName));
    return pageOf(caller, visible, query, list);
  }

  /** The alerts that keep this one quiet, as far as the caller may see them. */
  async inhibitorsOf(caller: Caller, alert: Alert): Promise<readonly Alert[]> {
    const snapshot = await this.live.snapshot();
    if (snapshot === null || alert.inhibitors.length === 0) return [];
    const { sees } = await sightOf(caller, this.projects);
    const found = alert.inhibitors.flatMap((fingerprint) => snapshot.alert(fingerprint) ?? []);
    return found.filter(({ projectName }) => sees(projectName));
  }

  /** The project of an alert; null when it has none that the caller may see. */
  async projectOf(caller: Caller, { projectName }: Alert): Promise<Project | null> {
    return projectName === "" ? null : this.projects.findByName(caller, projectName);
  }

  async #known(): Promise<AlertSnapshot | null> {
    const snapshot = await this.live.snapshot();
    return snapshot?.knows.alerts ? snapshot : null;
  }

  async #visible(caller: Caller, snapshot: AlertSnapshot): Promise<readonly Alert[]> {
    const { names, sees } = await sightOf(caller, this.projects);
    if (names === null) return snapshot.alerts.filter(({ projectName }) => sees(projectName));
    return [...names].flatMap((name) => snapshot.alertsOfProject(name));
  }
}

function pageOf(
  { matching }: Caller,
  alerts: readonly Alert[],
  { filter, order, page }: AlertQuery,
  list: string,
): Connection<Alert> {
  const { property, direction } = AlertOrder[order];
  const positionOf = ({ name, startsAtMs, fingerprint }: Alert): Position => [
    property === "name" ? name : startsAtMs,
    fingerprint,
  ];
  const sign = direction === "ASC" ? 1 : -1;
  const found = alerts
    .filter(compileAlertFilter(filter, matching))
    .sort((a, b) => sign * comparePositions(positionOf(a), positionOf(b)));
  return connection(pageOfArray(found, page, `${list}:${order}`, positionOf, direction), () => found.length);
}
