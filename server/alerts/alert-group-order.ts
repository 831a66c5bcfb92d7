import { registerEnumType } from "type-graphql";
import { comparePositions, type Position } from "../core/page.js";
import type { AlertGroup } from "./alert-group.js";
import { severityRank } from "./severity.js";

/** The orders of a list of groups. */
export const AlertGroupOrder = {
  LABELS: "LABELS",
  SEVERITY: "SEVERITY",
  NEWEST_FIRST: "NEWEST_FIRST",
  OLDEST_FIRST: "OLDEST_FIRST",
  MOST_ALERTS: "MOST_ALERTS",
} as const;
export type AlertGroupOrder = keyof typeof AlertGroupOrder;

registerEnumType(AlertGroupOrder, {
  name: "AlertGroupOrder",
  description: "The orders of a list of groups.",
  valuesConfig: {
    LABELS: { description: "By the values of the labels that they are grouped by, then by receiver." },
    SEVERITY: { description: "Those with the worst severity first." },
    NEWEST_FIRST: { description: "By their newest alert, downwards." },
    OLDEST_FIRST: { description: "By their oldest alert, upwards." },
    MOST_ALERTS: { description: "By the number of their alerts, downwards." },
  },
});

// All of them are ascending, with numbers negated where the largest comes first.
const sortValueOf: Readonly<Record<AlertGroupOrder, (group: AlertGroup) => string | number>> = {
  LABELS: labelsOf,
  SEVERITY: ({ severity }) => severityRank(severity),
  NEWEST_FIRST: ({ newestStartsAt }) => -newestStartsAt.getTime(),
  OLDEST_FIRST: ({ oldestStartsAt }) => oldestStartsAt.getTime(),
  MOST_ALERTS: ({ alerts }) => -alerts.length,
};

/** Where a group stands in an order. */
export function groupPosition(order: AlertGroupOrder, group: AlertGroup): Position {
  return [sortValueOf[order](group), order === "LABELS" ? group.id : `${labelsOf(group)} ${group.id}`];
}

/** The groups in this order. */
export function orderedGroups(groups: readonly AlertGroup[], order: AlertGroupOrder): readonly AlertGroup[] {
  const placed = groups.map((group) => ({ group, position: groupPosition(order, group) }));
  return placed.sort((a, b) => comparePositions(a.position, b.position)).map(({ group }) => group);
}

function labelsOf({ labels, receiver }: AlertGroup): string {
  return `${Object.values(labels).join("\n")}\n${receiver ?? ""}`;
}
