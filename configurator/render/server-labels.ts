import { type BaseFile, BaseFileError, isYamlMap, listAt, textOf, type YamlMap } from "./base-file.js";
import type { YamlValue } from "./yaml-text.js";

/** What tells one Prometheus from the others: the shard whose projects it scrapes, and which of the shard's replicas it is. */
export interface ServerLabels {
  readonly shard?: string | undefined;
  readonly replica?: string | undefined;
}

/**
 * The base file's content with the labels among the external ones, so that they are on all that leaves this Prometheus but on
 * alerts: an alert is the same one for Alertmanager whichever replica sends it, and before and after its project moves to
 * another shard. Without labels the content stays as it is. Throws a BaseFileError where the base file has such a label.
 */
export function withServerLabels(base: BaseFile, content: YamlMap, { shard, replica }: ServerLabels): YamlMap {
  const labels = Object.entries({ shard, replica }).filter(([, value]) => value !== undefined);
  if (labels.length === 0) return content;
  const global = mapAt(base, content, "global");
  const external = mapAt(base, global, "external_labels", "global.");
  for (const [label] of labels) {
    if (external[label] === undefined) continue;
    const reason = `the agent's settings have a ${label}, which becomes this label: leave it out of one of the two`;
    throw new BaseFileError(base.name, `global.external_labels.${label}`, reason);
  }
  const alerting = mapAt(base, content, "alerting");
  const drop = { action: "labeldrop", regex: labels.map(([label]) => label).join("|") };
  return {
    ...content,
    global: { ...global, external_labels: { ...external, ...Object.fromEntries(labels) } },
    alerting: { ...alerting, alert_relabel_configs: [...listAt(base, alerting, "alert_relabel_configs"), drop] },
  };
}

/**
 * The base file's content with the alerts of these projects dropped. When a project moves to another shard its alerts go on
 * there; here they are over with their series, and Alertmanager is not to be told so.
 */
export function withoutAlertsOf(base: BaseFile, content: YamlMap, projects: readonly string[]): YamlMap {
  if (projects.length === 0) return content;
  const alerting = mapAt(base, content, "alerting");
  const drop = { source_labels: ["project"], regex: projects.join("|"), action: "drop" };
  const rules = [...listAt(base, alerting, "alert_relabel_configs"), drop];
  return { ...content, alerting: { ...alerting, alert_relabel_configs: rules } };
}

/** The map at a key; an empty one when the key is absent or empty. Throws when there is something else. */
function mapAt(base: BaseFile, map: YamlMap, key: string, before = ""): YamlMap {
  const value: YamlValue | undefined = map[key];
  if (value === undefined || textOf(value) === "") return {};
  if (!isYamlMap(value)) throw new BaseFileError(base.name, `${before}${key}`, "must be a map");
  return value;
}
