import type { TimeRange } from "../clients/prometheus-client.js";
import type { Labels } from "../core/labels.js";
import { labelValue } from "../core/matcher.js";
import { printString } from "../rules/promql/literals.js";

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** The labels that Prometheus sets on the series `ALERTS` itself. */
export const ownLabels: ReadonlySet<string> = new Set(["__name__", "alertstate"]);

/** What a selector's text may grow to; beyond, labels are left out of it. */
const mostCharacters = 32_000;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * The hours up to now, each by its end. They end between two whole minutes, at which the series are looked at: so each hour
 * has sixty of them, whether a version of Prometheus counts the first instant of a range or not.
 */
export function hoursUntil(nowMs: number, hours: number): TimeRange {
  const untilMs = Math.floor((nowMs - minuteMs / 2) / minuteMs) * minuteMs + minuteMs / 2;
  return { fromMs: untilMs - (hours - 1) * hourMs, untilMs, stepMs: hourMs };
}

/** When the series were last looked at in that time. */
export function lastLookMs({ untilMs }: TimeRange): number {
  return untilMs - minuteMs / 2;
}

/** The two expressions that tell of each hour how many minutes the alerts fired, and in how many minutes they began to. */
export function firingExpressions(projectName: string, alerts: readonly Labels[]): readonly [string, string] {
  const firing = selectorOf(projectName, alerts);
  return [`count_over_time(${firing}[1h:1m])`, `count_over_time((${firing} unless ${firing} offset 1m)[1h:1m])`];
}

/**
 * Selects the series of these alerts of one project, and as few others as that takes. `project` and `alertname` are always
 * there; any other label may be absent, since Prometheus adds its external labels only to what it sends.
 */
function selectorOf(projectName: string, alerts: readonly Labels[]): string {
  const valuesOf = (name: string) => [...new Set(alerts.map((labels) => labelValue(labels, name)))];
  const matchers = [
    'alertstate="firing"',
    `project=${printString(projectName)}`,
    `alertname=~${printString(valuesOf("alertname").map(escapeRegex).join("|"))}`,
  ];
  const fixed = new Set([...ownLabels, "project", "alertname"]);
  const names = [...new Set(alerts.flatMap((labels) => Object.keys(labels)))].filter((name) => !fixed.has(name)).sort();
  let length = matchers.join().length;
  // Prometheus 2 has no way to write other names. What is not selected by here is sorted out when series are told apart.
  for (const name of names.filter((each) => labelName.test(each))) {
    const values = valuesOf(name).filter((value) => value !== "");
    const matcher = `${name}=~${printString(["", ...values.map(escapeRegex)].join("|"))}`;
    length += matcher.length + 1;
    if (length <= mostCharacters) matchers.push(matcher);
    else length -= matcher.length + 1;
  }
  return `ALERTS{${matchers.join(",")}}`;
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}
