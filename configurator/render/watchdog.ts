import { type YamlValue, yamlText } from "./yaml-text.js";

/** The name of the rule's file, beside Prometheus's main config. */
export const watchdogFile = "watchdog.yml";

/** What its alert is called, by custom. */
const alertname = "Watchdog";

/** Told of the watchdog where the operators name nobody. No receiver of theirs and no project can have such a name. */
const nobody = "_platform/nobody";

/**
 * The file of the rule that always fires. The server knows its alert by the label `watchdog`, and that there is no
 * `project`, which every alert of a project has: while an Alertmanager holds it, that Prometheus evaluates its rules and
 * reaches that Alertmanager.
 */
export function renderWatchdog(name: string, program: "Prometheus" | "Thanos Rule" = "Prometheus"): string {
  return yamlText({
    groups: [
      {
        name: "_platform/watchdog",
        rules: [
          {
            alert: alertname,
            expr: "vector(1)",
            labels: { severity: "none", watchdog: name },
            annotations: {
              summary: `${program} "${name}" evaluates its rules and reaches this Alertmanager.`,
              description: `This always fires. While it does not, no alert of this ${program} can be trusted to arrive.`,
            },
          },
        ],
      },
    ],
  });
}

/** What Alertmanager's config holds so that the watchdog pages nobody. */
export interface WatchdogRoute {
  readonly route: YamlValue;
  readonly receivers: readonly YamlValue[];
}

/**
 * The watchdog's route, to come before all others, and its receiver. A receiver of the operators is told every minute, as
 * long as it fires: it is for a service that raises an alarm when it hears nothing.
 */
export function watchdogRoute(receiver: string | undefined): WatchdogRoute {
  const matchers = [`alertname="${alertname}"`, 'watchdog!=""', 'project=""'];
  if (receiver === undefined) return { route: { receiver: nobody, matchers }, receivers: [{ name: nobody }] };
  const rhythm = { group_by: ["watchdog"], group_wait: "0s", group_interval: "1m", repeat_interval: "1m" };
  return { route: { receiver, matchers, ...rhythm }, receivers: [] };
}
