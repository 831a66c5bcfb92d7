import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { UpstreamAlert } from "../clients/alertmanager-client.js";
import { ruleIdAnnotation } from "../clients/live-rules.js";
import type { Labels as LabelsShape } from "../core/labels.js";
import { labelValue } from "../core/matcher.js";
import { Node } from "../graph/node.js";
import { DateTime, Labels } from "../graph/scalars.js";

/** The states of an alert, as Alertmanager names them. */
export const AlertState = { ACTIVE: "ACTIVE", SUPPRESSED: "SUPPRESSED", UNPROCESSED: "UNPROCESSED" } as const;
export type AlertState = keyof typeof AlertState;

registerEnumType(AlertState, {
  name: "AlertState",
  description: "The states of an alert, as Alertmanager has them.",
  valuesConfig: {
    ACTIVE: { description: "It fires, and is notified about." },
    SUPPRESSED: { description: "It fires, and a silence or another alert keeps it quiet." },
    UNPROCESSED: { description: "It has just arrived." },
  },
});

// The loudest first: an alert that one cluster silences and another does not is notified about.
const loudness: Readonly<Record<AlertState, number>> = { ACTIVE: 0, UNPROCESSED: 1, SUPPRESSED: 2 };

/** An alert that has not resolved, over all Alertmanager clusters that hold it. */
@ObjectType({ implements: Node, description: "An alert that has not resolved, as the Alertmanagers hold it now." })
export class Alert extends Node {
  override readonly id: string;

  /** Name of its project, "" when it belongs to none. */
  readonly projectName: string;
  /** Id of the rule that it comes of, when the rule is ours; never trusted without looking whose rule that is. */
  readonly ruleId: string | null;

  @Field(() => String, { description: "Alertmanager's hash of the labels: 16 hexadecimal digits." })
  readonly fingerprint: string;

  @Field(() => String, { description: "The label `alertname`." })
  readonly name: string;

  @Field(() => [String], { description: "The Alertmanager clusters that hold it." })
  readonly clusters: readonly string[];

  private readonly upstream: UpstreamAlert;
  // These move at every resend, which is no change of the alert.
  #updatedAtMs: number;
  #endsAtMs: number;

  /** @param held as each cluster holds it; at least one */
  constructor(held: readonly HeldAlert[]) {
    super();
    const upstream = merged(held);
    this.upstream = upstream;
    this.id = alertIdOf(upstream.fingerprint);
    this.fingerprint = upstream.fingerprint;
    this.name = labelValue(upstream.labels, "alertname");
    this.projectName = labelValue(upstream.labels, "project");
    this.ruleId = upstream.annotations[ruleIdAnnotation] ?? null;
    this.clusters = held.map(({ cluster }) => cluster);
    this.#updatedAtMs = upstream.updatedAtMs;
    this.#endsAtMs = upstream.endsAtMs;
  }

  @Field(() => String, { nullable: true, description: "The label `severity`." })
  get severity(): string | null {
    return labelValue(this.labels, "severity") || null;
  }

  @Field(() => AlertState, { description: "Its state; ACTIVE when any cluster says so." })
  get state(): AlertState {
    return this.upstream.state;
  }

  @Field(() => Labels, { description: "What identifies it." })
  get labels(): UpstreamAlert["labels"] {
    return this.upstream.labels;
  }

  @Field(() => Labels, { description: "What the rule says about it." })
  get annotations(): UpstreamAlert["annotations"] {
    return this.upstream.annotations;
  }

  @Field(() => DateTime, { description: "Since when it fires." })
  get startsAt(): Date {
    return new Date(this.upstream.startsAtMs);
  }

  @Field(() => DateTime, { description: "When it counts as resolved unless it is heard of again." })
  get endsAt(): Date {
    return new Date(this.#endsAtMs);
  }

  @Field(() => DateTime, { description: "When it was last heard of." })
  get updatedAt(): Date {
    return new Date(this.#updatedAtMs);
  }

  @Field(() => String, { nullable: true, description: "Where its expression can be seen in Prometheus." })
  get generatorURL(): string | null {
    return this.upstream.generatorURL;
  }

  @Field(() => [String], { description: "The receivers that its routes lead to." })
  get receivers(): readonly string[] {
    return this.upstream.receivers;
  }

  @Field(() => [String], { description: "The mute timings that keep it quiet; Alertmanager tells from 0.28 on." })
  get mutedBy(): readonly string[] {
    return this.upstream.mutedBy;
  }

  /** Ids, as Alertmanager has them, of the silences that keep it quiet. */
  get silenceIds(): readonly string[] {
    return this.upstream.silencedBy;
  }

  /** Fingerprints of the alerts that keep it quiet. */
  get inhibitors(): readonly string[] {
    return this.upstream.inhibitedBy;
  }

  get startsAtMs(): number {
    return this.upstream.startsAtMs;
  }

  /** Notes that it was heard of again. */
  touch(updatedAtMs: number, endsAtMs: number): void {
    if (updatedAtMs < this.#updatedAtMs) return;
    this.#updatedAtMs = updatedAtMs;
    this.#endsAtMs = endsAtMs;
  }

  /** Whether the other is this one, but for when it was heard of, and which of several alerts is told to keep it quiet. */
  isLike(other: Alert): boolean {
    const [mine, its] = [this.upstream, other.upstream];
    return (
      this.fingerprint === other.fingerprint &&
      mine.state === its.state &&
      mine.startsAtMs === its.startsAtMs &&
      mine.generatorURL === its.generatorURL &&
      sameTexts(this.clusters, other.clusters) &&
      sameTexts(mine.receivers, its.receivers) &&
      sameTexts(mine.silencedBy, its.silencedBy) &&
      mine.inhibitedBy.length === its.inhibitedBy.length &&
      sameTexts(mine.mutedBy, its.mutedBy) &&
      sameLabels(mine.annotations, its.annotations)
    );
  }
}

/** An alert as one cluster holds it. */
export interface HeldAlert {
  readonly cluster: string;
  readonly alert: UpstreamAlert;
}

function merged([first, ...others]: readonly HeldAlert[]): UpstreamAlert {
  if (first === undefined) throw new Error("An alert is held by one cluster at least.");
  return others.reduce((all, { alert }) => mergedPair(all, alert), first.alert);
}

function mergedPair(a: UpstreamAlert, b: UpstreamAlert): UpstreamAlert {
  const [newer, older] = a.updatedAtMs >= b.updatedAtMs ? [a, b] : [b, a];
  return {
    ...newer,
    state: loudness[newer.state] <= loudness[older.state] ? newer.state : older.state,
    startsAtMs: Math.min(a.startsAtMs, b.startsAtMs),
    endsAtMs: Math.max(a.endsAtMs, b.endsAtMs),
    receivers: union(a.receivers, b.receivers),
    silencedBy: union(a.silencedBy, b.silencedBy),
    inhibitedBy: union(a.inhibitedBy, b.inhibitedBy),
    mutedBy: union(a.mutedBy, b.mutedBy),
  };
}

/** The id in the graph of the alert with this fingerprint. */
export function alertIdOf(fingerprint: string): string {
  return `alr_${fingerprint}`;
}

/** The fingerprint in an alert's id; null when the id has another shape. */
export function fingerprintIn(id: string): string | null {
  return /^alr_([0-9a-f]{16})$/.exec(id)?.[1] ?? null;
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

function sameLabels(a: LabelsShape, b: LabelsShape): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
