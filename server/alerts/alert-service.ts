import { createHash } from "node:crypto";
import type { Caller } from "../access/caller.js";
import { rightsKey } from "../access/rights-key.js";
import { type PageRequest, pageOfArray } from "../core/page.js";
import type { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { type Alert, fingerprintIn } from "./alert.js";
import type { LivePage } from "./alert-connection.js";
import type { AlertCounts } from "./alert-counts.js";
import { type AlertFilter, AlertOrder } from "./alert-input.js";
import { type AlertOrderName, positionIn } from "./alert-order.js";
import { scopeOfProject, scopeOfRule, scopeOfSight } from "./alert-scope.js";
import type { AlertSelection } from "./alert-selection.js";
import type { AlertScope, AlertSelector } from "./alert-selector.js";
import { AlertSnapshot } from "./alert-snapshot.js";
import { honestFilter } from "./honest-filter.js";
import type { LiveAlerts } from "./live-alerts.js";
import { sightOf } from "./project-sight.js";
import type { ReceiverGroups } from "./receiver-groups.js";

/** Which alerts, in which order, and which page of them. */
export interface AlertQuery {
  readonly filter: AlertFilter;
  readonly order: AlertOrderName;
  readonly page: PageRequest;
  /** What the caller knows already. */
  readonly knownRevision?: string | null;
}

/** Answers from memory which alerts there are, to each caller only those of the projects that it may read. */
export class AlertService {
  constructor(
    private readonly live: LiveAlerts,
    private readonly selector: AlertSelector,
    private readonly projects: ProjectService,
    private readonly receivers: Pick<ReceiverGroups, "version">,
  ) {}

  /** The alert with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<Alert | null> {
    const alert = (await this.live.snapshot())?.alert(fingerprintIn(id) ?? "");
    return alert !== undefined && (await sightOf(caller, this.projects)).sees(alert.projectName) ? alert : null;
  }

  /** All alerts that the caller may see; null when no Alertmanager has ever answered. */
  async list(caller: Caller, query: AlertQuery): Promise<LivePage<Alert> | null> {
    const selected = await this.select(caller, null, query.filter);
    return selected && this.#pageOf(caller, selected, query, "alerts");
  }

  /** The alerts of a project that is visible to the caller; null when no Alertmanager has ever answered. */
  async listOfProject(caller: Caller, project: Project, query: AlertQuery): Promise<LivePage<Alert> | null> {
    const selected = await this.select(caller, project, query.filter);
    return selected && this.#pageOf(caller, selected, query, `Project.alerts@${project.id}`);
  }

  /** The alerts of a rule of a project, the latter visible to the caller; what only claims to be of it is left out. */
  async listOfRule(caller: Caller, project: Project, ruleId: string, query: AlertQuery) {
    const selected = await this.#select(caller, scopeOfRule(project.name, ruleId), query.filter);
    return selected && this.#pageOf(caller, selected, query, `AlertingRule.alerts@${ruleId}`);
  }

  /** How many alerts there are of a project that is visible to the caller; without one, of all that the caller may see. */
  async counts(caller: Caller, project: Project | null, filter: AlertFilter): Promise<AlertCounts | null> {
    return (await this.select(caller, project, filter))?.counts ?? null;
  }

  /** Those of `alerts`, the newest first, that the caller may see, filtered, ordered and paged; `list` names the list. */
  async page(caller: Caller, alerts: readonly Alert[], query: AlertQuery, list: string): Promise<LivePage<Alert>> {
    const snapshot = (await this.#known()) ?? AlertSnapshot.nothing;
    const { sees } = await sightOf(caller, this.projects);
    const holds = ({ projectName }: Alert) => sees(projectName);
    const scope = { key: null, alerts: () => alerts.filter(holds), holds };
    const filter = await this.#honest(caller, query.filter, snapshot);
    return this.#pageOf(caller, this.selector.select(snapshot, scope, filter, caller.matching), query, list);
  }

  /**
   * The alerts of a project that is visible to the caller, or all that the caller may see; null when no Alertmanager has
   * ever answered.
   */
  async select(caller: Caller, project: Project | null, filter: AlertFilter): Promise<AlertSelection | null> {
    if (project !== null) return this.#select(caller, scopeOfProject(project.name), filter);
    caller.requireAnywhere("project.read");
    return this.#select(caller, scopeOfSight(await sightOf(caller, this.projects)), filter);
  }

  async #honest(caller: Caller, filter: AlertFilter, snapshot: AlertSnapshot): Promise<AlertFilter> {
    return filter.inhibitedBy ? honestFilter(filter, snapshot, await sightOf(caller, this.projects)) : filter;
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

  async #select(caller: Caller, scope: AlertScope, filter: AlertFilter): Promise<AlertSelection | null> {
    const snapshot = await this.#known();
    return (
      snapshot && this.selector.select(snapshot, scope, await this.#honest(caller, filter, snapshot), caller.matching)
    );
  }

  async #known(): Promise<AlertSnapshot | null> {
    const snapshot = await this.live.snapshot();
    return snapshot?.knows.alerts ? snapshot : null;
  }

  /**
   * What an answer made of a selection is known by: another one where the caller may see something else by now, or where
   * Alertmanager's configuration groups alerts otherwise.
   */
  revisionFor({ principal }: Caller, { revision }: AlertSelection): string {
    const rights = createHash("sha256").update(rightsKey(principal)).digest("base64url").slice(0, 8);
    return `${revision}.${this.receivers.version}.${rights}`;
  }

  #pageOf(caller: Caller, selection: AlertSelection, query: AlertQuery, list: string): LivePage<Alert> {
    const { order, page, knownRevision } = query;
    const revision = this.revisionFor(caller, selection);
    const isUnchanged = knownRevision === revision;
    const alerts = isUnchanged ? [] : selection.inOrder(order);
    return {
      page: pageOfArray(alerts, page, `${list}:${order}`, positionIn(order), AlertOrder[order].direction),
      count: () => selection.alerts.length,
      counts: selection.counts,
      revision,
      isUnchanged,
    };
  }
}
