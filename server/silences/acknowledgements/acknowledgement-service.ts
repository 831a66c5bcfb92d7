import type { Caller } from "../../access/caller.js";
import { type Alert, alertIdOf } from "../../alerts/alert.js";
import type { AlertService } from "../../alerts/alert-service.js";
import type { LiveAlerts } from "../../alerts/live-alerts.js";
import { BadUserInputError } from "../../core/errors.js";
import type { PageRequest } from "../../core/page.js";
import { type Connection, connection } from "../../graph/connection.js";
import type { Project } from "../../projects/project.js";
import type { ProjectService } from "../../projects/project-service.js";
import { Silence } from "../silence.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { AcknowledgementFilter } from "./acknowledgement-input.js";
import {
  type AcknowledgementConditions,
  type AcknowledgementRepository,
  acknowledgementsWhere,
  inForceFirst,
} from "./acknowledgement-repository.js";
import { mayWrite, seenBy } from "./acknowledgement-rights.js";
import type { ActiveAcknowledgements } from "./active-acknowledgements.js";

const mostValues = 100;

/** Answers which acknowledgements there are, to each caller those of alerts that it may see. */
export class AcknowledgementService {
  constructor(
    private readonly repository: AcknowledgementRepository,
    private readonly active: ActiveAcknowledgements,
    private readonly live: LiveAlerts,
    private readonly alerts: AlertService,
    private readonly projects: ProjectService,
  ) {}

  /** The acknowledgement with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<Acknowledgement | null> {
    return seenBy(caller, await caller.loaders.for(this.repository.byId).load(id));
  }

  /** The one in force of an alert; null when there is none that the caller may see. */
  ofAlert(caller: Caller, { fingerprint, startsAtMs }: Alert): Acknowledgement | null {
    return seenBy(caller, this.active.of(fingerprint, startsAtMs));
  }

  /** All that the caller may see, those in force first. */
  async list(caller: Caller, filter: AcknowledgementFilter, page: PageRequest): Promise<Connection<Acknowledgement>> {
    caller.requireAnywhere("project.read");
    const readable = caller.projectsFor("project.read");
    const named = await this.#idsOf(caller, filter.projects);
    const narrow = acknowledgementsWhere({
      ...conditionsOf(filter),
      // Those of projects that the caller does not see have no ids here.
      projectIds: named ?? (readable === "all" ? null : readable),
      ofProjectsOnly: !caller.may("platform.read"),
    });
    const found = await this.repository.page({ narrow, order: inForceFirst, page, list: "acknowledgements" });
    return connection(found, () => this.repository.count(narrow));
  }

  /** Those of the alerts of a project that is visible to the caller. */
  async listOfProject(
    caller: Caller,
    { id }: Project,
    filter: AcknowledgementFilter,
    page: PageRequest,
  ): Promise<Connection<Acknowledgement>> {
    const named = await this.#idsOf(caller, filter.projects);
    const conditions = { ...conditionsOf(filter), projectIds: named };
    const found = await this.repository.below(caller.loaders, "projectId", id, {
      ...{ narrow: acknowledgementsWhere(conditions), filter: conditions, order: inForceFirst, page },
      list: "Project.acknowledgements",
    });
    return connection(found.page, found.count);
  }

  /** The alert, while it fires as it did then; null when it is gone, and when it fires anew. */
  async alertOf(caller: Caller, acknowledgement: Acknowledgement): Promise<Alert | null> {
    const alert = await this.alerts.find(caller, alertIdOf(acknowledgement.fingerprint));
    return alert !== null && acknowledgement.covers(alert.startsAtMs) ? alert : null;
  }

  /** The project of the alert; null when it belongs to none that the caller may see. */
  async projectOf(caller: Caller, { projectId }: Acknowledgement): Promise<Project | null> {
    return projectId === null ? null : this.projects.find(caller, projectId);
  }

  /** The silences that were made for it, as far as an Alertmanager still knows them. */
  async silencesOf({ places }: Acknowledgement): Promise<readonly Silence[]> {
    const snapshot = await this.live.snapshot();
    return places.flatMap(({ silenceId }) => {
      const held = silenceId === null ? undefined : snapshot?.silence(silenceId);
      return held === undefined ? [] : new Silence(held);
    });
  }

  /** Whether the caller may change it or take it back. */
  canEdit(caller: Caller, { isInForce, projectId }: Acknowledgement): boolean {
    return isInForce && mayWrite(caller, projectId);
  }

  async #idsOf(caller: Caller, names: readonly string[] | null | undefined): Promise<readonly string[] | null> {
    if (names == null) return null;
    requireFew(names, "projects");
    const found = await Promise.all(names.map((name) => this.projects.findByName(caller, name)));
    return found.flatMap((project) => project?.id ?? []);
  }
}

function conditionsOf({ active, owners }: AcknowledgementFilter): AcknowledgementConditions {
  if (owners != null) requireFew(owners, "owners");
  return { active, owners };
}

function requireFew(values: readonly string[], field: string): void {
  if (values.length <= mostValues) return;
  throw new BadUserInputError(`"filter.${field}" may hold at most ${mostValues} values.`, ["filter", field]);
}
