import type { Caller } from "../access/caller.js";
import { BadUserInputError } from "../core/errors.js";
import { checkLabelName } from "../core/labels.js";
import { type PageRequest, pageOfArray } from "../core/page.js";
import type { Project } from "../projects/project.js";
import type { Alert } from "./alert.js";
import type { LivePage } from "./alert-connection.js";
import type { AlertGroup } from "./alert-group.js";
import { type AlertGroupOrder, groupPosition } from "./alert-group-order.js";
import { type Grouping, groupingBy, groupingByReceiver } from "./alert-grouping.js";
import type { AlertFilter } from "./alert-input.js";
import { positionIn } from "./alert-order.js";
import type { AlertService } from "./alert-service.js";
import type { ReceiverGroups } from "./receiver-groups.js";

/** Which groups of which alerts, in which order, and which page of them. */
export interface AlertGroupQuery {
  readonly filter: AlertFilter;
  /** Labels; absent for those that their receivers' routes group by. */
  readonly groupBy?: readonly string[] | null;
  readonly order: AlertGroupOrder;
  readonly page: PageRequest;
  /** What the caller knows already. */
  readonly knownRevision?: string | null;
}

const mostLabels = 10;

/** Answers from memory how alerts are grouped, as boards show them. */
export class AlertGroupService {
  constructor(
    private readonly alerts: AlertService,
    private readonly receivers: ReceiverGroups,
  ) {}

  /**
   * The groups of the alerts of a project that is visible to the caller, or of all that the caller may see; null when no
   * Alertmanager has ever answered.
   */
  async list(caller: Caller, project: Project | null, query: AlertGroupQuery): Promise<LivePage<AlertGroup> | null> {
    const grouping = this.#grouping(query.groupBy);
    const selection = await this.alerts.select(caller, project, query.filter);
    if (selection === null) return null;
    const revision = this.alerts.revisionFor(caller, selection);
    const isUnchanged = query.knownRevision === revision;
    const grouped = () => selection.groupsBy(grouping, query.order, caller.matching);
    const groups = isUnchanged ? [] : grouped();
    const list = `alertGroups@${project?.id ?? ""}:${query.order}:${grouping.key}`;
    return {
      page: pageOfArray(groups, query.page, list, (group) => groupPosition(query.order, group)),
      count: () => grouped().length,
      counts: selection.counts,
      revision,
      isUnchanged,
    };
  }

  /** A page of the alerts of a group, the newest first. */
  alertsOf(group: AlertGroup, page: PageRequest): LivePage<Alert> {
    const list = `AlertGroup.alerts@${group.id}`;
    const alerts = pageOfArray(group.alerts, page, list, positionIn("STARTS_AT_DESC"), "DESC");
    const { counts, revision } = group;
    return { page: alerts, count: () => group.alerts.length, counts, revision, isUnchanged: false };
  }

  #grouping(labels: readonly string[] | null | undefined): Grouping {
    const { receivers } = this;
    if (labels == null) return groupingByReceiver((name) => receivers.labelsOf(name), receivers.version);
    if (labels.length > mostLabels)
      throw new BadUserInputError(`"groupBy" may hold at most ${mostLabels} labels.`, ["groupBy"]);
    for (const [index, label] of labels.entries()) {
      const mistake = checkLabelName(label);
      if (mistake !== null) throw new BadUserInputError(mistake, ["groupBy", String(index)]);
    }
    return groupingBy([...new Set(labels)]);
  }
}
