import type { Labels } from "../core/labels.js";
import { dateOf, type Known, type Seen, seenBy, worstOf } from "./merge-replicas.js";
import type { EvaluatedRule } from "./prometheus-client.js";

/** The annotation, set by the configurator, that names the rule (its id) that an alert comes of. */
export const ruleIdAnnotation = "metricsinfra_rule_id";

/** One rule over all Prometheus servers that evaluate it. */
export interface LiveRule {
  /** ERR as soon as one server says so; UNKNOWN before the first evaluation. */
  readonly health: EvaluatedRule["health"];
  /** The gravest over all servers; null for a recording rule. */
  readonly alertingState: EvaluatedRule["alertingState"];
  /** This and what follows is of the server that decided the health. */
  readonly lastError: string | null;
  readonly lastEvaluationAt: Date | null;
  readonly evaluationDurationSeconds: number | null;
  readonly replicas: readonly LiveRuleReplica[];
}

/** One rule as one Prometheus evaluates it. */
export interface LiveRuleReplica {
  readonly prometheus: string;
  readonly health: EvaluatedRule["health"];
  readonly lastError: string | null;
  readonly lastEvaluationAt: Date | null;
}

/** The rules of one Prometheus: alerting rules by id, recording rules by what they record. */
export interface ReplicaRules {
  readonly alerting: ReadonlyMap<string, EvaluatedRule>;
  readonly recording: ReadonlyMap<string, EvaluatedRule>;
}

/** Sorts one Prometheus's rules by what they are found by; alerting rules that are not of our making are left out. */
export function rulesById(rules: readonly EvaluatedRule[]): ReplicaRules {
  const alerting = new Map<string, EvaluatedRule>();
  const recording = new Map<string, EvaluatedRule>();
  for (const rule of rules) {
    const id = rule.annotations[ruleIdAnnotation];
    if (rule.kind === "RECORDING") recording.set(recordingKey(rule.name, rule.labels), rule);
    else if (id !== undefined) alerting.set(id, rule);
  }
  return { alerting, recording };
}

/** All rules as they were last evaluated, at one moment. */
export class LiveRules {
  constructor(private readonly servers: readonly Known<ReplicaRules>[]) {}

  /** The alerting rule with this id; null when no Prometheus has loaded it. */
  alerting(ruleId: string): LiveRule | null {
    return merge(seenBy(this.servers, (rules) => rules.alerting.get(ruleId)));
  }

  /**
   * The recording rule that records `name` with exactly these labels, `project` among them; null when no Prometheus has
   * loaded it. Recording rules have no annotation that could hold an id.
   */
  recording(name: string, labels: Labels): LiveRule | null {
    const key = recordingKey(name, labels);
    return merge(seenBy(this.servers, (rules) => rules.recording.get(key)));
  }
}

const healthRank = { ERR: 0, OK: 1, UNKNOWN: 2 } as const;
const stateRank = { FIRING: 0, PENDING: 1, INACTIVE: 2 } as const;

function merge(seen: readonly Seen<EvaluatedRule>[]): LiveRule | null {
  const worst = worstOf(seen, ({ health }) => healthRank[health]);
  if (worst === undefined) return null;
  const gravest = worstOf(seen, ({ alertingState }) => (alertingState === null ? 3 : stateRank[alertingState]));
  return {
    health: worst.health,
    alertingState: gravest?.alertingState ?? null,
    lastError: worst.lastError,
    lastEvaluationAt: dateOf(worst.lastEvaluationAtMs),
    evaluationDurationSeconds: worst.evaluationDurationSeconds,
    replicas: seen.map(({ prometheus, thing: { health, lastError, lastEvaluationAtMs } }) => ({
      prometheus,
      health,
      lastError,
      lastEvaluationAt: dateOf(lastEvaluationAtMs),
    })),
  };
}

function recordingKey(name: string, labels: Labels): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
