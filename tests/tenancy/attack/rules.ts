import type { Attack } from "./attack.js";
import { type Attempt, attempts, type Verdict } from "./attempt.js";

const create = (field: string, input: (attack: Attack) => object) => (attack: Attack) =>
  attack.call(field, {
    input: { project: attack.own.ids.prj, name: attack.marker, expr: "attacker_up", ...input(attack) },
  });
const alerting = (input: (attack: Attack) => object) => create("alertingRuleCreate", input);
const recording = (input: (attack: Attack) => object) =>
  create("recordingRuleCreate", (attack) => ({ name: `${attack.marker}:x`, ...input(attack) }));
const label = (expected: Verdict, name: string, value = "x") =>
  [
    [expected, `an alert's label ${JSON.stringify(name)}`, alerting(() => ({ labels: { [name]: value } }))],
    [expected, `a recorded series's label ${JSON.stringify(name)}`, recording(() => ({ labels: { [name]: value } }))],
  ] as const;
const both = (expected: Verdict, what: string, input: (attack: Attack) => object) =>
  [
    [expected, `an alerting rule: ${what}`, alerting(input)],
    [expected, `a recording rule: ${what}`, recording(input)],
  ] as const;

/** What a rule says of itself: names and labels that are another's, or not a tenant's to set. */
export const rules: readonly Attempt[] = attempts("rules", [
  ...label("refused", "project"),
  ...label("refused", "__name__", "victim_secret"),
  ...label("refused", "__project__"),
  ...label("refused", "project\u0000"),
  ...label("refused", "pro ject"),
  ...label("refused", "project "),
  ...label("refused", ""),
  ...label("refused", "\u0440roject"),
  ["refused", "an alert's label alertname", alerting(({ victim }) => ({ labels: { alertname: victim.alertname } }))],
  ["refused", "an alert's label severity", alerting(() => ({ labels: { severity: "critical" } }))],
  [
    "refused",
    "the annotation that says which rule it is",
    alerting(({ victim }) => ({ annotations: { metricsinfra_rule_id: victim.ids.rul } })),
  ],
  ["refused", "a label that breaks a line of YAML", alerting(() => ({ labels: { a: "x\n    project: VICTIM" } }))],
  [
    "harmless",
    "an annotation that breaks a line of YAML",
    alerting(({ victim }) => ({ annotations: { a: `x\n  - alert: y\n    labels: {project: ${victim.name}}` } })),
  ],
  [
    "harmless",
    "a label that ends its quotes",
    alerting(({ victim }) => ({ labels: { a: `"}, project: "${victim.name}` } })),
  ],
  [
    "harmless",
    "an annotation with a line separator",
    alerting(() => ({ annotations: { a: "x\u2028project: y\u2029" } })),
  ],
  [
    "harmless",
    "an alert's label whose value is the victim's name",
    alerting(({ victim }) => ({ labels: { owner: victim.name } })),
  ],
  [
    "harmless",
    "an alert's label exported_project",
    alerting(({ victim }) => ({ labels: { exported_project: victim.name } })),
  ],
  [
    "harmless",
    "an alert like the watchdog of a Prometheus",
    alerting(({ marker }) => ({
      name: "Watchdog",
      expr: "vector(1)",
      severity: "none",
      labels: { watchdog: "another" },
      annotations: { marker },
    })),
  ],
  [
    "harmless",
    "an alert of the victim's name",
    alerting(({ victim, marker }) => ({ name: victim.alertname, annotations: { marker } })),
  ],
  [
    "harmless",
    "an alert that takes labels off itself",
    alerting(() => ({ labels: { job: "", instance: "", exported_project: "" } })),
  ],
  ["harmless", "a YAML tag as a name", alerting(({ marker }) => ({ name: `!!binary ${marker}` }))],
  ["harmless", "an anchor as a name", alerting(({ marker }) => ({ name: `*${marker}` }))],
  ["harmless", "a merge key as a label's value", alerting(() => ({ labels: { a: "<<: *x" } }))],
  ["harmless", "a name of quotes and braces", alerting(({ marker }) => ({ name: `${marker}'"}]` }))],
  ["refused", "a name that is a template", alerting(({ marker }) => ({ name: `{{ ${marker} }}` }))],
  ["refused", "a name with a line break", alerting(({ marker }) => ({ name: `${marker}\n- alert: x` }))],
  ["refused", "a name with a direction change", alerting(({ marker }) => ({ name: `${marker}\u202e` }))],
  ["refused", "a severity with a template", alerting(() => ({ severity: "{{ query `victim_secret` }}" }))],
  ["refused", "a severity with a line break", alerting(() => ({ severity: "x\ny" }))],
  ["refused", "record: ALERTS", recording(() => ({ name: "ALERTS" }))],
  ["refused", "record: ALERTS_FOR_STATE", recording(() => ({ name: "ALERTS_FOR_STATE" }))],
  ["refused", "record: up", recording(() => ({ name: "up" }))],
  ["refused", "record: scrape_duration_seconds", recording(() => ({ name: "scrape_duration_seconds" }))],
  ["refused", "record: a selector", recording(({ victim }) => ({ name: `x{project="${victim.name}"}` }))],
  ["refused", "record: two lines", recording(() => ({ name: "x\ny" }))],
  [
    "harmless",
    "record: the victim's metric",
    recording(({ marker }) => ({ name: "victim_secret", labels: { marker } })),
  ],
  [
    "harmless",
    "a recorded label that is no template",
    recording(() => ({ labels: { a: "{{ query `x` }}".replaceAll("{{", "{").replaceAll("}}", "}") } })),
  ],
  ["refused", "a recorded label with a template", recording(() => ({ labels: { a: "{{ query `victim_secret` }}" } }))],
  ...both("refused", "more often than allowed", () => ({ interval: "100ms" })),
  ...both("refused", "an interval that is none", () => ({ interval: "1s\n  project: x" })),
  ...both("refused", "in a project that does not exist", () => ({ project: "prj_01h455vb4pex5vsknk084sn02q" })),
  [
    "refused",
    "updated to the label project",
    (attack) =>
      attack.call("alertingRuleUpdate", { id: attack.own.ids.rul, input: { labels: { project: attack.victim.name } } }),
  ],
]);
