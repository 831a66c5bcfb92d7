import { createHash } from "node:crypto";
import { Field, ID, ObjectType } from "type-graphql";
import type { Labels as LabelsShape } from "../core/labels.js";
import { DateTime, Labels } from "../graph/scalars.js";
import type { Alert } from "./alert.js";
import { AlertCounts } from "./alert-counts.js";
import { severityRank } from "./severity.js";

/** Alerts, the newest first, and what names the moment that they are of. */
export interface Grouped {
  readonly alerts: readonly Alert[];
  readonly revision: string;
}

/** Alerts that have the same values of some labels. */
@ObjectType({ description: "Alerts that have the same values of some labels." })
export class AlertGroup {
  #id: string | null = null;
  #counts: AlertCounts | null = null;
  #commonLabels: LabelsShape | null = null;
  #commonAnnotations: LabelsShape | null = null;
  #severity: string | null | undefined;

  @Field(() => Labels, { description: "The labels that it is grouped by, as far as its alerts have them." })
  readonly labels: LabelsShape;

  @Field(() => String, {
    nullable: true,
    description:
      "The receiver that its alerts are routed to; null where they are grouped by other labels than its own.",
  })
  readonly receiver: string | null;

  /** The newest first; at least one. */
  readonly alerts: readonly Alert[];
  readonly revision: string;

  constructor(labels: LabelsShape, receiver: string | null, { alerts, revision }: Grouped) {
    this.labels = labels;
    this.receiver = receiver;
    this.alerts = alerts;
    this.revision = revision;
  }

  @Field(() => ID, { description: "The same for the same labels and receiver, as long as they are grouped alike." })
  get id(): string {
    const text = JSON.stringify([this.receiver, Object.entries(this.labels)]);
    this.#id ??= `agr_${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`;
    return this.#id;
  }

  @Field(() => AlertCounts, { description: "How many alerts it has, by state and severity." })
  get counts(): AlertCounts {
    this.#counts ??= new AlertCounts(this.alerts);
    return this.#counts;
  }

  @Field(() => Labels, { description: "The labels that all of its alerts have with the same value." })
  get commonLabels(): LabelsShape {
    this.#commonLabels ??= commonTo(this.alerts.map(({ labels }) => labels));
    return this.#commonLabels;
  }

  @Field(() => Labels, { description: "The annotations that all of its alerts have with the same text." })
  get commonAnnotations(): LabelsShape {
    this.#commonAnnotations ??= commonTo(this.alerts.map(({ annotations }) => annotations));
    return this.#commonAnnotations;
  }

  @Field(() => String, { nullable: true, description: "The worst severity among its alerts." })
  get severity(): string | null {
    if (this.#severity === undefined) {
      const severities = this.alerts.map(({ severity }) => severity);
      this.#severity = severities.reduce((worst, one) => (severityRank(one) < severityRank(worst) ? one : worst));
    }
    return this.#severity;
  }

  @Field(() => DateTime, { description: "When its newest alert began to fire." })
  get newestStartsAt(): Date {
    return new Date(this.alerts[0]?.startsAtMs ?? 0);
  }

  @Field(() => DateTime, { description: "When its oldest alert began to fire." })
  get oldestStartsAt(): Date {
    return new Date(this.alerts.at(-1)?.startsAtMs ?? 0);
  }
}

function commonTo([first, ...others]: readonly LabelsShape[]): LabelsShape {
  const entries = Object.entries(first ?? {});
  return Object.fromEntries(entries.filter(([name, value]) => others.every((other) => other[name] === value)));
}
