import type { Caller } from "../access/caller.js";
import type { AlertSnapshot } from "../alerts/alert-snapshot.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { SilenceText } from "../clients/alertmanager-client.js";
import { Turns } from "../core/turns.js";
import type { Outcome } from "../graph/payload.js";
import type { UserError } from "../graph/user-error.js";
import type { LimitService } from "../projects/limit-service.js";
import type { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { type KeptSilences, keptOf, mostKept, sizeOf } from "./kept-silences.js";
import type { Silence } from "./silence.js";
import { areSameMatchers, projectOf } from "./silence-scope.js";

/** The silences that acknowledgements have, by their ids in Alertmanager: these have a limit of their own. */
export interface SilencesOfAcknowledgements {
  /** Grows with every change. */
  readonly revision: number;
  /** Whether an acknowledgement in force has it. */
  has(silenceId: string): boolean;
  /** All that there were of a project, as far as is known. */
  ofProject(projectId: string): Promise<ReadonlySet<string>>;
}

/**
 * The limit of projects on silences, counted in what the Alertmanagers hold; silences for several projects are operators'
 * and count for none, nor do those of acknowledgements. Alertmanager knows no transactions: servers beside this one may let a few more through.
 */
export class SilenceLimits {
  readonly #turns = new Turns();
  readonly #counts = new WeakMap<AlertSnapshot, Counts>();

  constructor(
    private readonly live: LiveAlerts,
    private readonly projects: ProjectService,
    private readonly limits: LimitService,
    private readonly acknowledgements: SilencesOfAcknowledgements,
  ) {}

  /** How many active and pending silences are for this project alone; null while no Alertmanager has answered. */
  async usage(projectName: string): Promise<number | null> {
    const snapshot = await this.live.snapshot();
    if (!snapshot?.knows.silences) return null;
    const { revision } = this.acknowledgements;
    const known = this.#counts.get(snapshot);
    const counts =
      known?.revision === revision ? known : { revision, byName: countsOf(snapshot, this.acknowledgements) };
    this.#counts.set(snapshot, counts);
    return counts.byName.get(projectName) ?? 0;
  }

  /**
   * Runs `write`, which makes this silence of `before`, if any; or says that its project may not have one more. Writes that
   * give a project more run one after the other, each counted after the one before it.
   */
  async admit(
    caller: Caller,
    before: Silence | null,
    silence: SilenceText,
    write: () => Promise<Outcome<Silence>>,
  ): Promise<Outcome<Silence>> {
    const name = projectOf(silence.matchers);
    const project = name !== null && isAnother(before, silence) ? await this.projects.findByName(caller, name) : null;
    if (project === null) return write();
    return this.#turns.take(project.id, async () => {
      const used = async () => (await this.usage(project.name)) ?? 0;
      const by = before === null || projectOf(before.matchers) !== name ? 1 : 0;
      const growth = { limit: "silences", by, used, path } as const;
      const refusal = (await this.limits.refusal(project.id, [growth])) ?? (await this.#keptRefusal(project, silence));
      return refusal === null ? write() : { subject: null, diff: [], revision: null, userErrors: [refusal] };
    });
  }

  /** Ended silences are read and held with the others, and a project could fill an Alertmanager with them. */
  async #keptRefusal(project: Project, silence: SilenceText): Promise<UserError | null> {
    const most = mostKept(this.limits.of(project).silences);
    const snapshot = await this.live.snapshot();
    const isTooMuch = (kept: KeptSilences) => kept.size + sizeOf(silence) > most;
    if (snapshot === null || !isTooMuch(keptOf(project.name, snapshot, new Set()))) return null;
    const kept = keptOf(project.name, snapshot, await this.acknowledgements.ofProject(project.id));
    if (!isTooMuch(kept)) return null;
    return this.limits.refused("silences", messageOf(kept, sizeOf(silence), most), path);
  }
}

const path = ["input", "matchers"] as const;

/** Whether Alertmanager may make a new silence of it, and keep the one before as ended. */
function isAnother(before: Silence | null, { matchers, startsAtMs }: SilenceText): boolean {
  return before === null || before.text.startsAtMs !== startsAtMs || !areSameMatchers(before.matchers, matchers);
}

function messageOf({ size, firstEnd }: KeptSilences, by: number, most: number): string {
  const when = firstEnd === null ? "" : ` The first of those that ended did so at ${firstEnd.toISOString()}.`;
  return `Silences of the project that are in force or ended lately are ${size} kB, of ${most}, and this adds ${by}; each counts as 1 kB at the least, also what a change of matchers or of the start leaves behind. There is room again when Alertmanager forgets some, five days after their end unless it is told otherwise.${when}`;
}

interface Counts {
  readonly revision: number;
  readonly byName: ReadonlyMap<string, number>;
}

function countsOf(
  { silences }: AlertSnapshot,
  acknowledgements: SilencesOfAcknowledgements,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { silence } of silences) {
    const isCounted = silence.state !== "EXPIRED" && !acknowledgements.has(silence.id);
    const name = isCounted ? projectOf(silence.matchers) : null;
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
