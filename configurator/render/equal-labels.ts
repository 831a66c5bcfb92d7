import { isYamlMap, textOf } from "./base-file.js";
import type { YamlValue } from "./yaml-text.js";

const name = String.raw`[a-zA-Z_:][a-zA-Z0-9_:]*|"[^"\\]+"`;
const value = String.raw`"[^"\\]*"|[a-zA-Z0-9_.:-]+`;
const matcher = new RegExp(String.raw`\s*(${name})\s*(=~|!~|!=|=)\s*(${value})\s*(?:,|$)`, "y");

/**
 * The labels that Alertmanager compares for equality, of a route's or inhibit rule's matchers in both of their forms:
 * `matchers`, lines such as `{a="b", "c" != d}`, and `match`, a map. Alertmanager has two parsers for the lines; one that
 * they might read in two ways counts as none, so whoever asks is told of too few labels and never of one that is not there.
 */
export function equalLabels(lines: YamlValue | undefined, map: YamlValue | undefined): ReadonlySet<string> {
  const fromMap = isYamlMap(map) ? Object.keys(map).filter((label) => textOf(map[label]) !== undefined) : [];
  const fromLines = Array.isArray(lines) ? lines.flatMap((line: YamlValue) => readLine(textOf(line) ?? "")) : [];
  return new Set([...fromMap, ...fromLines]);
}

function readLine(line: string): readonly string[] {
  const text = line.trim();
  const isOpen = text.startsWith("{");
  if (isOpen !== text.endsWith("}")) return [];
  const list = isOpen ? text.slice(1, -1).trim() : text;
  const found: string[] = [];
  for (let at = 0; at < list.length; at = matcher.lastIndex) {
    matcher.lastIndex = at;
    const [, label = "", operator] = matcher.exec(list) ?? [];
    if (operator === undefined) return [];
    if (operator === "=") found.push(label.startsWith('"') ? label.slice(1, -1) : label);
  }
  return found;
}
