import { Field, Int, ObjectType } from "type-graphql";
import type { AcknowledgedAlerts } from "./acknowledged-alerts.js";
import type { Alert, AlertState } from "./alert.js";
import { severityRank } from "./severity.js";

/** Fields of every count of alerts. */
@ObjectType()
abstract class CountFields {
  @Field(() => Int, { description: "In any state." })
  readonly total: number;

  @Field(() => Int, { description: "Those that are notified about." })
  readonly active: number;

  @Field(() => Int, { description: "Those that a silence or another alert keeps quiet." })
  readonly suppressed: number;

  @Field(() => Int, { description: "Those that have just arrived." })
  readonly unprocessed: number;

  constructor(alerts: readonly Alert[]) {
    const counts: Record<AlertState, number> = { ACTIVE: 0, SUPPRESSED: 0, UNPROCESSED: 0 };
    for (const { state } of alerts) counts[state]++;
    this.total = alerts.length;
    this.active = counts.ACTIVE;
    this.suppressed = counts.SUPPRESSED;
    this.unprocessed = counts.UNPROCESSED;
  }
}

/** How many alerts of one severity there are, by state. */
@ObjectType({ description: "How many alerts of one severity there are, by state." })
export class SeverityCounts extends CountFields {
  @Field(() => String, { nullable: true, description: "The label `severity`; null for those without it." })
  readonly severity: string | null;

  constructor(severity: string | null, alerts: readonly Alert[]) {
    super(alerts);
    this.severity = severity;
  }
}

/** How many alerts there are, by state and severity. */
@ObjectType({ description: "How many alerts there are, by state and severity." })
export class AlertCounts extends CountFields {
  #severities: readonly SeverityCounts[] | null = null;

  constructor(readonly alerts: readonly Alert[]) {
    super(alerts);
  }

  @Field(() => [SeverityCounts], { description: "The same for each severity that there is, the worst first." })
  get severities(): readonly SeverityCounts[] {
    this.#severities ??= bySeverity(this.alerts);
    return this.#severities;
  }
}

/** How many of these somebody has acknowledged. */
export function countAcknowledged(alerts: readonly Alert[], acknowledgements: AcknowledgedAlerts): number {
  return alerts.filter(({ fingerprint, startsAtMs }) => acknowledgements.of(fingerprint, startsAtMs) !== null).length;
}

function bySeverity(alerts: readonly Alert[]): readonly SeverityCounts[] {
  const groups = new Map<string | null, Alert[]>();
  for (const alert of alerts) {
    const group = groups.get(alert.severity);
    if (group) group.push(alert);
    else groups.set(alert.severity, [alert]);
  }
  return [...groups]
    .sort(([a], [b]) => severityRank(a) - severityRank(b) || ((a ?? "") < (b ?? "") ? -1 : 1))
    .map(([severity, ofIt]) => new SeverityCounts(severity, ofIt));
}
