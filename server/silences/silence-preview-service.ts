import type { Caller } from "../access/caller.js";
import type { Alert } from "../alerts/alert.js";
import type { AlertQuery, AlertService } from "../alerts/alert-service.js";
import { NotFoundError } from "../core/errors.js";
import type { Matcher } from "../core/matcher.js";
import type { Connection } from "../graph/connection.js";
import { UserErrors } from "../graph/user-error.js";
import { readMatchers } from "./read-matchers.js";
import type { Silence } from "./silence.js";
import type { SilenceDrafts } from "./silence-drafts.js";
import type { SilencePolicyService } from "./silence-policy-service.js";
import type { SilencedProject, SilencePreview } from "./silence-preview.js";
import type { SilencePreviewInput } from "./silence-preview-input.js";
import { invalid, type SilenceProblems } from "./silence-problems.js";
import { areSameMatchers } from "./silence-scope.js";
import type { SilenceService } from "./silence-service.js";
import { requireUuid } from "./stored-silences.js";

/** Projects whose counts are told. */
const mostProjects = 100;

/** Says what a silence would do before it is written, to whoever may read some project: as far as they may see. */
export class SilencePreviewService {
  constructor(
    private readonly silences: SilenceService,
    private readonly drafts: SilenceDrafts,
    private readonly policy: SilencePolicyService,
    private readonly problems: SilenceProblems,
    private readonly alerts: AlertService,
  ) {}

  /** Null when no Alertmanager has ever told its alerts. */
  async preview(caller: Caller, input: SilencePreviewInput): Promise<SilencePreview | null> {
    caller.requireAnywhere("project.read");
    const errors = new UserErrors();
    const before = await this.#before(caller, input, errors);
    const projectName = await this.drafts.projectName(caller, input.project, "project.read");
    const cluster = before?.cluster ?? this.drafts.cluster(input.cluster, errors);
    const matchers = this.#matchers(caller, input, before, projectName, errors);
    const reach = errors.any || cluster === null ? null : { cluster, matchers };
    const hits = reach ? await this.silences.hitsOf(caller, reach) : [];
    const lost = reach && before ? await this.silences.hitsOf(caller, before) : [];
    if (hits === null || lost === null) return null;
    const [kept, projects] = [new Set(hits), countsOf(hits)];
    const isRematched = before === null || !areSameMatchers(before.matchers, matchers);
    return {
      cluster: reach?.cluster ?? null,
      matchers,
      hits,
      lost: lost.filter((alert) => !kept.has(alert)),
      quietCount: hits.filter((alert) => isQuietWithout(alert, before)).length,
      counts: projects.slice(0, mostProjects),
      projectCount: projects.filter(({ name }) => name !== "").length,
      problems: reach ? await this.problems.of(caller, { before, isRematched, reach, hits }) : invalid(errors),
      confirmation: isRematched ? this.policy.confirmation(hits) : null,
      policy: this.policy.of(caller, input.project ?? (await this.silences.projectIdOf(caller, matchers))),
    };
  }

  /** Some of the alerts of a preview. */
  page(
    caller: Caller,
    preview: SilencePreview,
    which: "hits" | "lost",
    query: Omit<AlertQuery, "order">,
  ): Promise<Connection<Alert>> {
    return this.alerts.page(caller, preview[which], { ...query, order: "STARTS_AT_DESC" }, `SilencePreview.${which}`);
  }

  async #before(
    caller: Caller,
    { silence: id, project, cluster }: SilencePreviewInput,
    errors: UserErrors,
  ): Promise<Silence | null> {
    if (id == null) return null;
    requireUuid(id, ["input", "silence"]);
    const silence = await this.silences.find(caller, id);
    if (silence === null) throw new NotFoundError("Silence");
    for (const [name, value] of Object.entries({ project, cluster })) {
      if (value == null) continue;
      errors.add("INVALID", `Give \`${name}\` for a new silence only: a change cannot name it.`, ["input", name]);
    }
    return silence;
  }

  #matchers(
    { matching }: Caller,
    { matchers }: SilencePreviewInput,
    before: Silence | null,
    projectName: string | null,
    errors: UserErrors,
  ): readonly Matcher[] {
    if (matchers) return readMatchers(matchers, projectName, matching, errors);
    if (before === null) errors.add("INVALID", "Say what it is to keep quiet.", ["input", "matchers"]);
    return before?.matchers ?? [];
  }
}

/** Whether something keeps the alert quiet besides this silence. */
function isQuietWithout({ silenceIds, inhibitors, mutedBy }: Alert, silence: Silence | null): boolean {
  return silenceIds.some((id) => id !== silence?.uuid) || inhibitors.length > 0 || mutedBy.length > 0;
}

function countsOf(alerts: readonly Alert[]): readonly SilencedProject[] {
  const counts = new Map<string, number>();
  for (const { projectName } of alerts) counts.set(projectName, (counts.get(projectName) ?? 0) + 1);
  const all = [...counts].map(([name, count]) => ({ name, count }));
  return all.sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1));
}
