import type { Position } from "../core/page.js";
import type { Alert } from "./alert.js";
import { AlertOrder } from "./alert-input.js";
import { severityRank } from "./severity.js";

/** One of the orders of a list of alerts. */
export type AlertOrderName = keyof typeof AlertOrder;

type Property = (typeof AlertOrder)[AlertOrderName]["property"];

const sortValueOf: Readonly<Record<Property, (alert: Alert) => string | number>> = {
  startsAt: ({ startsAtMs }) => startsAtMs,
  name: ({ name }) => name,
  project: ({ projectName }) => projectName,
  // The worst is the greatest.
  severity: ({ severity }) => -severityRank(severity),
};

/** Where an alert stands in an order. */
export function positionIn(order: AlertOrderName): (alert: Alert) => Position {
  const value = sortValueOf[AlertOrder[order].property];
  return (alert) => [value(alert), alert.fingerprint];
}
