import type { Alert } from "../alerts/alert.js";
import type { AlertSnapshot } from "../alerts/alert-snapshot.js";
import type { Matcher } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import { alertsMatchedBy, projectOf } from "./silence-scope.js";

/** What says which alerts a silence keeps quiet. */
export interface SilenceReach {
  readonly cluster: string;
  readonly matchers: readonly Matcher[];
}

/** The alerts that a silence like this matches, in force or not: what its cluster holds, by what its matchers mean. */
export function hitsOf(silence: SilenceReach, snapshot: AlertSnapshot, matching: Matching): readonly Alert[] {
  return candidatesOf(silence, snapshot).filter(isHitBy(silence, matching));
}

/** Whether it matches an alert of those that `sees` lets through. */
export function hitsAny(
  silence: SilenceReach,
  snapshot: AlertSnapshot,
  matching: Matching,
  sees: (alert: Alert) => boolean,
): boolean {
  const isHit = isHitBy(silence, matching);
  return candidatesOf(silence, snapshot).some((alert) => sees(alert) && isHit(alert));
}

function candidatesOf({ matchers }: SilenceReach, snapshot: AlertSnapshot): readonly Alert[] {
  const name = projectOf(matchers);
  return name === null ? snapshot.alerts : snapshot.alertsOfProject(name);
}

function isHitBy({ cluster, matchers }: SilenceReach, matching: Matching): (alert: Alert) => boolean {
  const accepts = alertsMatchedBy(matchers, matching);
  return ({ labels, clusters }) => clusters.includes(cluster) && accepts(labels);
}
