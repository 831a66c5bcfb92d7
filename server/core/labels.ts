import { checkText, type TextLimits } from "./text.js";

/** Names to texts: the labels of a series, the annotations of an alert, the parameters of a request. */
export type Labels = Readonly<Record<string, string>>;

/** What is wrong with one entry of a map; `path` leads from the map to it, and is empty when the map itself is meant. */
export interface EntryProblem {
  readonly path: readonly string[];
  readonly message: string;
}

const mostEntries = 32;
const mostNameBytes = 128;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const labelValue: TextLimits = { mostBytes: 1024 };

/** Says what is wrong with a label's name, or null. Names that begin with `__` belong to Prometheus. */
export function checkLabelName(name: string): string | null {
  if (!labelName.test(name)) return 'A label name is letters, digits and "_", and does not begin with a digit.';
  if (name.startsWith("__")) return 'A label name must not begin with "__": Prometheus keeps these to itself.';
  if (name.length > mostNameBytes) return `A label name is at most ${mostNameBytes} characters long.`;
  return null;
}

/** Problems of the labels that a project adds to all its alerts. What the alert or its series brings is reserved. */
export function checkExtraLabels(labels: Labels): readonly EntryProblem[] {
  return checkLabels(labels, ["project", "severity", "alertname", "job", "instance"], labelValue);
}

/** Problems of the labels of a static target. `project`, `job` and `instance` are ours to set. */
export function checkTargetLabels(labels: Labels): readonly EntryProblem[] {
  return checkLabels(labels, ["project", "job", "instance"], labelValue);
}

/**
 * Problems of an alerting rule's labels, templates not looked at: whoever stores the rule checks those. An empty value
 * is allowed, since it takes a label of the series off the alert.
 */
export function checkAlertLabels(labels: Labels): readonly EntryProblem[] {
  return checkLabels(labels, ["project", "severity", "alertname"], { ...labelValue, empty: true, templates: true });
}

/** Problems of a recording rule's labels. Prometheus expands no templates there. */
export function checkRecordingLabels(labels: Labels): readonly EntryProblem[] {
  return checkLabels(labels, ["project"], { ...labelValue, empty: true });
}

/** Problems of an alerting rule's annotations, templates not looked at. `metricsinfra_rule_id` is ours. */
export function checkAnnotations(annotations: Labels): readonly EntryProblem[] {
  const limits = { mostBytes: 4096, empty: true, multiline: true, templates: true };
  return checkLabels(annotations, ["metricsinfra_rule_id"], limits);
}

/**
 * Problems of a scrape job's URL parameters. They reach Prometheus as target labels (`__param_<name>`), so a name may
 * hold only what a label's name may.
 */
export function checkParams(params: Labels): readonly EntryProblem[] {
  return checkEntries(params, { mostBytes: 1024, empty: true }, (name) => {
    if (/^[a-zA-Z0-9_]+$/.test(name) && name.length <= mostNameBytes) return null;
    return `A parameter name is 1 to ${mostNameBytes} letters, digits and "_".`;
  });
}

function checkLabels(labels: Labels, reserved: readonly string[], value: TextLimits): readonly EntryProblem[] {
  return checkEntries(labels, value, (name) => {
    return checkLabelName(name) ?? (reserved.includes(name) ? `"${name}" is a reserved name.` : null);
  });
}

/** The checks that all maps share: how many entries, and for each its name first, then its value. */
export function checkEntries(
  entries: Labels,
  value: TextLimits,
  checkName: (name: string) => string | null,
): readonly EntryProblem[] {
  const names = Object.keys(entries);
  if (names.length > mostEntries) return [{ path: [], message: `At most ${mostEntries} entries are allowed.` }];
  return names.flatMap((name) => {
    const message = checkName(name) ?? checkText("A value", entries[name] ?? "", value);
    return message === null ? [] : [{ path: [name], message }];
  });
}
