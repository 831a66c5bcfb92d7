import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { type CountLimit, countLimits } from "../projects/limit-service.js";
import { type Rate, rates } from "./rate-limits.js";

import { StreamMetrics } from "./stream-metrics.js";

import { exportWatchdogs, type WatchdogReading } from "./watchdog-metrics.js";

/** What the server counts about itself; exported at `/metrics`. */
export class Metrics {
  readonly #registry = new Registry();
  readonly streams = new StreamMetrics(this.#registry);
  readonly #operations = new Histogram({
    name: "metricsinfra_graphql_operation_duration_seconds",
    help: "How long GraphQL operations took, by kind and whether they had errors.",
    labelNames: ["kind", "failed"],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.#registry],
  });
  readonly #statements = new Counter({
    name: "metricsinfra_sql_statements_total",
    help: "SQL statements sent to the database.",
    registers: [this.#registry],
  });

  readonly #rateRefusals = new Counter({
    name: "metricsinfra_rate_refusals_total",
    help: "Requests that were refused because of how often or how much was asked for, by what was too much.",
    labelNames: ["rate"],
    registers: [this.#registry],
  });
  readonly #limitRefusals = new Counter({
    name: "metricsinfra_limit_refusals_total",
    help: "Changes that were refused, dry runs among them, because of a limit of their project, by limit.",
    labelNames: ["limit"],
    registers: [this.#registry],
  });
  readonly #refusals = new Counter({
    name: "metricsinfra_refused_changes_total",
    help: "Changes that were refused, by whether the change log holds them.",
    labelNames: ["recorded"],
    registers: [this.#registry],
  });
  readonly #strangers = new Counter({
    name: "metricsinfra_unauthenticated_requests_total",
    help: "Requests to the graph that proved nothing about who made them.",
    registers: [this.#registry],
  });

  constructor() {
    for (const rate of rates) this.#rateRefusals.inc({ rate }, 0);
    for (const limit of countLimits) this.#limitRefusals.inc({ limit }, 0);
    collectDefaultMetrics({ register: this.#registry });
  }

  readonly onOperation = (kind: string, seconds: number, failed: boolean): void => {
    this.#operations.observe({ kind, failed: String(failed) }, seconds);
  };

  readonly onStatement = (): void => {
    this.#statements.inc();
  };

  readonly onRateRefusal = (rate: Rate): void => {
    this.#rateRefusals.inc({ rate });
  };

  readonly onLimitRefusal = (limit: CountLimit): void => {
    this.#limitRefusals.inc({ limit });
  };

  readonly onRefusal = (isRecorded: boolean): void => {
    this.#refusals.inc({ recorded: String(isRecorded) });
  };

  readonly onStranger = (): void => {
    this.#strangers.inc();
  };

  /** Exports what `readings` gives whenever somebody asks. */
  watchdogs(readings: () => readonly WatchdogReading[]): void {
    exportWatchdogs(this.#registry, readings);
  }

  async render(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
