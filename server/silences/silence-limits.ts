import type { Caller } from "../access/caller.js";
import type { AlertSnapshot } from "../alerts/alert-snapshot.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { Turns } from "../core/turns.js";
import type { Outcome } from "../graph/payload.js";
import type { LimitService } from "../projects/limit-service.js";
import type { ProjectService } from "../projects/project-service.js";
import type { Silence } from "./silence.js";
import { projectOf } from "./silence-scope.js";

/**
 * The limit of projects on silences, counted in what the Alertmanagers hold; silences for several projects are operators'
 * and count for none. Alertmanager knows no transactions: servers beside this one may let a few more through.
 */
export class SilenceLimits {
  readonly #turns = new Turns();
  readonly #counts = new WeakMap<AlertSnapshot, ReadonlyMap<string, number>>();

  constructor(
    private readonly live: LiveAlerts,
    private readonly projects: ProjectService,
    private readonly limits: LimitService,
  ) {}

  /** How many active and pending silences are for this project alone; null while no Alertmanager has answered. */
  async usage(projectName: string): Promise<number | null> {
    const snapshot = await this.live.snapshot();
    if (snapshot === null) return null;
    const counts = this.#counts.get(snapshot) ?? countsOf(snapshot);
    this.#counts.set(snapshot, counts);
    return counts.get(projectName) ?? 0;
  }

  /**
   * Runs `write`, which makes a silence with these matchers of `before`, if any; or says that its project may not have
   * one more. Writes that give a project more run one after the other, each counted after the one before it.
   */
  async admit(
    caller: Caller,
    before: Silence | null,
    matchers: Silence["matchers"],
    write: () => Promise<Outcome<Silence>>,
  ): Promise<Outcome<Silence>> {
    const name = projectOf(matchers);
    const isMore = name !== null && (before === null || projectOf(before.matchers) !== name);
    const project = isMore ? await this.projects.findByName(caller, name) : null;
    if (project === null) return write();
    return this.#turns.take(project.id, async () => {
      const used = async () => (await this.usage(project.name)) ?? 0;
      const growth = { limit: "silences", by: 1, used, path: ["input", "matchers"] } as const;
      const refusal = await this.limits.refusal(project.id, [growth]);
      return refusal === null ? write() : { subject: null, diff: [], revision: null, userErrors: [refusal] };
    });
  }
}

function countsOf({ silences }: AlertSnapshot): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { silence } of silences) {
    const name = silence.state === "EXPIRED" ? null : projectOf(silence.matchers);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
