import type { Labels } from "../fetch/project-config.js";

/** A rule as it stands in a rule file. */
export interface WrittenRule {
  readonly kind: "alert" | "record";
  readonly name: string;
  readonly expr: string;
  readonly labels: Labels;
  readonly annotations: Labels;
}

const scalar = `'[^']*'|"(?:[^"\\\\]|\\\\.)*"|[A-Za-z0-9_][A-Za-z0-9_./:-]*`;
const linePattern = new RegExp(`^( *)(- )?(${scalar}):(?: (${scalar}|\\{\\}))?$`);

/** Where each key may stand: how far in, and whether a list's item begins with it. */
const places: Readonly<Record<string, string>> = {
  groups: "0",
  name: "2-",
  interval: "4",
  limit: "4",
  rules: "4",
  alert: "6-",
  record: "6-",
  expr: "8",
  for: "8",
  keep_firing_for: "8",
  labels: "8",
  annotations: "8",
};
const entryPlace = "10";

interface OpenRule {
  kind: WrittenRule["kind"];
  name: string;
  expr?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/**
 * Reads a rule file that this program has written, line by line: undefined for one that it has not, or that somebody has
 * changed since into something that it would not write. That is far less than YAML, and so leaves nothing to doubt.
 */
export function readRuleFile(text: string): readonly WrittenRule[] | undefined {
  const rules: OpenRule[] = [];
  let map: Record<string, string> | undefined;
  for (const line of text.split("\n").slice(0, -1)) {
    const [, indent = "", dash = "", key = "", value = ""] = linePattern.exec(line) ?? [];
    const place = `${indent.length}${dash === "" ? "" : "-"}`;
    const name = readScalar(key);
    const content = readScalar(value);
    if (name === undefined || content === undefined) return undefined;
    const rule = rules.at(-1);
    if (place === entryPlace && map !== undefined && !Object.hasOwn(map, name)) map[name] = content;
    else if (!Object.hasOwn(places, name) || places[name] !== place) return undefined;
    else if (name === "alert" || name === "record") rules.push({ kind: name, name: content });
    else if (name === "expr" && rule !== undefined && rule.expr === undefined) rule.expr = content;
    else if (name === "labels" || name === "annotations") {
      if (rule === undefined || rule[name] !== undefined || (value !== "" && value !== "{}")) return undefined;
      map = {};
      rule[name] = map;
      continue;
    } else if (name === "expr") return undefined;
    if (place !== entryPlace) map = undefined;
  }
  const whole = rules.flatMap(({ kind, name, expr, labels = {}, annotations = {} }) => {
    return expr === undefined ? [] : [{ kind, name, expr, labels, annotations }];
  });
  return text.endsWith("\n") && whole.length === rules.length ? whole : undefined;
}

function readScalar(text: string): string | undefined {
  if (text.startsWith("'")) return text.slice(1, -1);
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}
