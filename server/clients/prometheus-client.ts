import { BadUserInputError } from "../core/errors.js";
import type { Labels } from "../core/labels.js";
import { fieldsOf, labelsOf, listOf, numberOf, oneOf, textOf, textOrNull, timeOrNull } from "./answer-shape.js";
import { type HttpJson, HttpStatusError } from "./http-json.js";
import { type PrometheusStorage, readStorage } from "./prometheus-storage.js";

/** A target as one Prometheus scrapes it. Times are milliseconds since 1970; null before the first scrape. */
export interface ScrapedTarget {
  /** As service discovery gave them, with those that begin with `__`. */
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  /** The name of the scrape config that it is of; null when Prometheus does not tell. */
  readonly scrapePool: string | null;
  readonly scrapeUrl: string;
  readonly health: "UP" | "DOWN" | "UNKNOWN";
  readonly lastError: string | null;
  readonly lastScrapeAtMs: number | null;
  readonly lastScrapeDurationSeconds: number | null;
}

/** A rule as one Prometheus evaluates it. Times are milliseconds since 1970; null before the first evaluation. */
export interface EvaluatedRule {
  readonly kind: "ALERTING" | "RECORDING";
  readonly name: string;
  readonly labels: Labels;
  /** Empty for a recording rule. */
  readonly annotations: Labels;
  readonly health: "OK" | "ERR" | "UNKNOWN";
  /** Null for a recording rule. */
  readonly alertingState: "INACTIVE" | "PENDING" | "FIRING" | null;
  readonly lastError: string | null;
  readonly lastEvaluationAtMs: number | null;
  readonly evaluationDurationSeconds: number | null;
}

/** One value of an instant query. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly atMs: number;
}

/** A span of time and its steps; times are milliseconds since 1970, the first and the last step among them. */
export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly stepMs: number;
}

/** A series of a range query, by time. */
export interface RangeSeries {
  readonly labels: Labels;
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

/** How a Prometheus reads an expression: what it prints of it, on one line, or why it refuses it. */
export type QueryReading = { readonly printed: string } | { readonly refusal: string };

/** What a Prometheus says of itself. */
export interface PrometheusStatus {
  /** False when it still runs the config before the last one it was given. */
  readonly reloadSucceeded: boolean;
  readonly lastReloadAtMs: number | null;
}

/** Reads one Prometheus 2.x through its HTTP API. Failures are `UpstreamUnavailableError`. */
export class PrometheusClient {
  constructor(private readonly http: HttpJson) {}

  /** All targets that are scraped now. */
  targets(signal?: AbortSignal): Promise<readonly ScrapedTarget[]> {
    return this.#data("/api/v1/targets", { state: "active" }, signal, (data) =>
      listOf(fieldsOf(data, "data").activeTargets, "activeTargets", readTarget),
    );
  }

  /** All rules of all groups. */
  rules(signal?: AbortSignal): Promise<readonly EvaluatedRule[]> {
    // Each rule would carry its alerts, which nobody here reads; before 2.51 Prometheus does not know the parameter.
    return this.#data("/api/v1/rules", { exclude_alerts: "true" }, signal, (data) =>
      listOf(fieldsOf(data, "data").groups, "groups", (group, where) =>
        listOf(fieldsOf(group, where).rules, "rules", readRule),
      ).flat(),
    );
  }

  /** Evaluates an expression once; throws `BadUserInputError` with Prometheus's own words when it is at fault. */
  query(expr: string, signal?: AbortSignal): Promise<readonly Sample[]> {
    return evaluating(() => this.#data("/api/v1/query", { query: expr }, signal, readSamples));
  }

  /** Evaluates an expression at each step; throws `BadUserInputError` with Prometheus's own words when it is at fault. */
  queryRange(expr: string, range: TimeRange, signal?: AbortSignal): Promise<readonly RangeSeries[]> {
    const form = {
      query: expr,
      start: String(range.fromMs / 1_000),
      end: String(range.untilMs / 1_000),
      step: String(range.stepMs / 1_000),
      // Else it would go on when nobody waits any more.
      timeout: `${this.http.timeoutMs}ms`,
    };
    const request = { method: "POST", path: "/api/v1/query_range", form, signal } as const;
    return evaluating(() =>
      this.http.read(request, (answer) => {
        const { result } = fieldsOf(fieldsOf(answer, "the answer").data, "data");
        return listOf(result, "result", readSeries);
      }),
    );
  }

  /** Has its own parser read an expression, which is not evaluated. Before 2.38 it cannot say, which is a failure. */
  async readQuery(expr: string, timeoutMs: number, signal?: AbortSignal): Promise<QueryReading> {
    const request = { method: "POST", path: "/api/v1/format_query", form: { query: expr }, timeoutMs, signal } as const;
    try {
      return await this.http.read(request, (answer) => {
        // It lays long expressions out over indented lines; its strings hold no line breaks.
        return { printed: textOf(fieldsOf(answer, "the answer").data, "data").replaceAll(/\n */g, " ").trim() };
      });
    } catch (error) {
      const refusal = error instanceof HttpStatusError && error.status === 400 ? errorOf(error.answer) : undefined;
      if (refusal === undefined) throw error;
      return { refusal: refusal.replace(/^invalid parameter "query": /, "") };
    }
  }

  /** Whether it runs its newest config. */
  status(signal?: AbortSignal): Promise<PrometheusStatus> {
    return this.#data("/api/v1/status/runtimeinfo", {}, signal, (data) => {
      const fields = fieldsOf(data, "data");
      return {
        reloadSucceeded: fields.reloadConfigSuccess === true,
        lastReloadAtMs: timeOrNull(fields.lastConfigTime, "lastConfigTime"),
      };
    });
  }

  /** What it tells of its own storage, at `/metrics`, and for how long it keeps samples. */
  async storage(signal?: AbortSignal): Promise<PrometheusStorage> {
    const [metrics, storageRetention] = await Promise.all([
      this.http.text({ path: "/metrics", signal }, "text/plain"),
      this.#data("/api/v1/status/runtimeinfo", {}, signal, (data) =>
        textOf(fieldsOf(data, "data").storageRetention, "storageRetention"),
      ),
    ]);
    return { ...readStorage(metrics), storageRetention };
  }

  /** Resolves when it has replayed its log and answers queries. */
  ready(signal?: AbortSignal): Promise<void> {
    return this.http.expectOk({ path: "/-/ready", signal });
  }

  #data<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
    read: (data: unknown) => T,
  ): Promise<T> {
    return this.http.read({ path, query, signal }, (answer) => read(fieldsOf(answer, "the answer").data));
  }
}

/** Tells apart an expression that is at fault and a server that is. */
async function evaluating<T>(evaluate: () => Promise<T>): Promise<T> {
  try {
    return await evaluate();
  } catch (error) {
    if (error instanceof HttpStatusError && (error.status === 400 || error.status === 422)) {
      const said = errorOf(error.answer);
      if (said !== undefined) throw new BadUserInputError(said);
    }
    throw error;
  }
}

/** What an answer says is wrong with the request. */
function errorOf(answer: unknown): string | undefined {
  const said = (answer as { error?: unknown } | null | undefined)?.error;
  return typeof said === "string" ? said : undefined;
}

const targetHealth = { up: "UP", down: "DOWN", unknown: "UNKNOWN" } as const;
const ruleHealth = { ok: "OK", err: "ERR", unknown: "UNKNOWN" } as const;
const alertingStates = { inactive: "INACTIVE", pending: "PENDING", firing: "FIRING" } as const;

function readTarget(value: unknown, where: string): ScrapedTarget {
  const target = fieldsOf(value, where);
  return {
    discoveredLabels: labelsOf(target.discoveredLabels, "discoveredLabels"),
    labels: labelsOf(target.labels, "labels"),
    scrapePool: target.scrapePool === undefined ? null : textOrNull(target.scrapePool, "scrapePool"),
    scrapeUrl: textOf(target.scrapeUrl, "scrapeUrl"),
    health: oneOf(targetHealth, target.health, "health"),
    lastError: textOrNull(target.lastError, "lastError"),
    lastScrapeAtMs: timeOrNull(target.lastScrape, "lastScrape"),
    lastScrapeDurationSeconds: durationOf(target.lastScrape, target.lastScrapeDuration, "lastScrapeDuration"),
  };
}

function readRule(value: unknown, where: string): EvaluatedRule {
  const rule = fieldsOf(value, where);
  const alerting = rule.type === "alerting";
  return {
    kind: alerting ? "ALERTING" : "RECORDING",
    name: textOf(rule.name, "name"),
    labels: labelsOf(rule.labels, "labels"),
    annotations: labelsOf(rule.annotations, "annotations"),
    health: oneOf(ruleHealth, rule.health, "health"),
    alertingState: alerting ? oneOf(alertingStates, rule.state, "state") : null,
    lastError: textOrNull(rule.lastError, "lastError"),
    lastEvaluationAtMs: timeOrNull(rule.lastEvaluation, "lastEvaluation"),
    evaluationDurationSeconds: durationOf(rule.lastEvaluation, rule.evaluationTime, "evaluationTime"),
  };
}

function durationOf(lastTime: unknown, seconds: unknown, where: string): number | null {
  return timeOrNull(lastTime, where) === null ? null : numberOf(seconds, where);
}

function readSamples(data: unknown): readonly Sample[] {
  const { resultType, result } = fieldsOf(data, "data");
  if (resultType === "vector") {
    return listOf(result, "result", (item, where) => {
      const { metric, value } = fieldsOf(item, where);
      return readSample(labelsOf(metric, "metric"), value);
    });
  }
  if (resultType === "scalar") return [readSample({}, result)];
  throw new BadUserInputError("The expression gives neither a vector nor a number.");
}

function readSample(labels: Labels, value: unknown): Sample {
  return { labels, ...readPoint(value) };
}

function readSeries(item: unknown, where: string): RangeSeries {
  const { metric, values } = fieldsOf(item, where);
  return { labels: labelsOf(metric, "metric"), points: listOf(values, "values", readPoint) };
}

function readPoint(value: unknown): { readonly atMs: number; readonly value: number } {
  const [at, text] = Array.isArray(value) ? (value as unknown[]) : [];
  return { atMs: numberOf(at, "value") * 1000, value: goNumber(textOf(text, "value")) };
}

function goNumber(text: string): number {
  return text === "+Inf" ? Number.POSITIVE_INFINITY : text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}
