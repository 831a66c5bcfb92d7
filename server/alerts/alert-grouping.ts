import type { Labels } from "../core/labels.js";
import { labelValue } from "../core/matcher.js";
import type { Alert } from "./alert.js";
import { AlertGroup, type Grouped } from "./alert-group.js";

/** How alerts are grouped: by the same labels everywhere, or as their notifications are. */
export interface Grouping {
  /** Differs where groupings differ. */
  readonly key: string;
  /** For one alert, each group that it is in. */
  readonly placesOf: (alert: Alert) => readonly GroupPlace[];
}

/** What names a group. */
export interface GroupPlace {
  readonly receiver: string | null;
  /** Labels that count; "all" makes a group of each alert. */
  readonly labels: readonly string[] | "all";
}

/** Groups by the same labels everywhere. */
export function groupingBy(labels: readonly string[]): Grouping {
  const places = [{ receiver: null, labels }];
  return { key: JSON.stringify(labels), placesOf: () => places };
}

/** Groups as notifications are grouped: by receiver, and the labels that its route groups by. */
export function groupingByReceiver(labelsOf: (receiver: string) => GroupPlace["labels"], version: number): Grouping {
  const places = new Map<string, GroupPlace>();
  const placeOf = (receiver: string): GroupPlace => {
    const known = places.get(receiver);
    if (known !== undefined) return known;
    const place = { receiver, labels: labelsOf(receiver) };
    places.set(receiver, place);
    return place;
  };
  return { key: `receivers ${version}`, placesOf: ({ receivers }) => receivers.map(placeOf) };
}

/** Puts alerts into their groups. */
export function groupAlerts({ alerts, revision }: Grouped, { placesOf }: Grouping): readonly AlertGroup[] {
  const members = new Map<string, { readonly place: GroupPlace; readonly alerts: Alert[] }>();
  for (const alert of alerts) {
    for (const place of placesOf(alert)) {
      const key = keyOf(place, alert);
      const group = members.get(key);
      if (group) group.alerts.push(alert);
      else members.set(key, { place, alerts: [alert] });
    }
  }
  return [...members.values()].map(
    (group) => new AlertGroup(labelsOf(group), group.place.receiver, { alerts: group.alerts, revision }),
  );
}

function keyOf({ receiver, labels }: GroupPlace, alert: Alert): string {
  if (labels === "all") return `${receiver}\n${alert.fingerprint}`;
  let key = `${receiver}\n`;
  for (const label of labels) {
    const value = labelValue(alert.labels, label);
    // With its length, no value can be taken for two.
    key += `${value.length}:${value}`;
  }
  return key;
}

function labelsOf({ place, alerts: [alert] }: { place: GroupPlace; alerts: readonly Alert[] }): Labels {
  if (alert === undefined || place.labels === "all") return alert?.labels ?? {};
  const present = place.labels.filter((label) => Object.hasOwn(alert.labels, label));
  return Object.fromEntries(present.map((label) => [label, labelValue(alert.labels, label)]));
}
