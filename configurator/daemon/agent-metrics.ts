import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Phase } from "../apply/phase-times.js";
import type { Run } from "../running/run.js";

/** How a cycle ended. */
export type CycleOutcome = "unchanged" | "applied" | "waiting" | "refused" | "braked" | "failed";

const prefix = "metricsinfra_configurator_";

/** What the agent says of itself at /metrics. */
export class AgentMetrics {
  readonly registry = new Registry();
  readonly #registers = [this.registry];
  readonly #cycles = new Counter({
    name: `${prefix}cycles_total`,
    help: "Cycles by how they ended.",
    labelNames: ["outcome"],
    registers: this.#registers,
  });
  readonly #phases = new Histogram({
    name: `${prefix}phase_seconds`,
    help: "How long the phases of the cycles that changed something took.",
    labelNames: ["phase"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: this.#registers,
  });
  readonly #revision = new Gauge({
    name: `${prefix}revision`,
    help: "The revision of the config on the disk and the one that the processes run.",
    labelNames: ["of"],
    registers: this.#registers,
  });
  readonly #problems = new Gauge({
    name: `${prefix}problems`,
    help: "What could not be carried out as asked.",
    registers: this.#registers,
  });
  readonly #lastSuccess = new Gauge({
    name: `${prefix}last_success_timestamp_seconds`,
    help: "When a cycle last ended without a failure.",
    registers: this.#registers,
  });
  readonly requests = new Counter({
    name: `${prefix}requests_total`,
    help: "Requests sent to the server.",
    registers: this.#registers,
  });

  readonly #running = new Gauge({
    name: "metricsinfra_agent_running_revision",
    help: "The revision that each process was last seen to run; absent while it runs none of ours.",
    labelNames: ["output", "server"],
    registers: this.#registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts a cycle. */
  cycle(outcome: CycleOutcome, phases: Readonly<Partial<Record<Phase, number>>>, now: Date): void {
    this.#cycles.inc({ outcome });
    if (outcome === "unchanged" || outcome === "applied") this.#lastSuccess.set(now.getTime() / 1_000);
    if (outcome === "unchanged") return;
    for (const [phase, ms] of Object.entries(phases)) this.#phases.observe({ phase }, ms / 1_000);
  }

  /** Notes what the processes were seen to run. */
  runs(runs: readonly Run[]): void {
    this.#running.reset();
    for (const { output, server, revision } of runs) {
      if (revision !== null) this.#running.set({ output, server }, revision);
    }
  }

  /** Notes what the machine holds and runs. */
  holds(revision: number, appliedRevision: number, problems: number): void {
    this.#revision.set({ of: "disk" }, revision);
    this.#revision.set({ of: "processes" }, appliedRevision);
    this.#problems.set(problems);
  }
}
