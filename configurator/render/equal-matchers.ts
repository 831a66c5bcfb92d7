import { isYamlMap, textOf, type YamlMap } from "./base-file.js";
import type { YamlValue } from "./yaml-text.js";

const name = String.raw`[a-zA-Z_:][a-zA-Z0-9_:]*|"[^"\\]+"`;
const value = String.raw`"[^"\\]*"|[a-zA-Z0-9_.:-]+`;
const matcher = new RegExp(String.raw`\s*(${name})\s*(=~|!~|!=|=)\s*(${value})\s*(?:,|$)`, "y");

/**
 * The labels that Alertmanager compares for equality, of a route's or inhibit rule's matchers in both of their forms:
 * `matchers`, lines such as `{a="b", "c" != d}`, and `match`, a map. Alertmanager has two parsers for the lines; one that
 * they might read in two ways counts as none, so whoever asks is told of too few labels and never of one that is not there.
 */
export function equalMatchers(lines: YamlValue | undefined, map: YamlValue | undefined): ReadonlyMap<string, string> {
  const fromMap = isYamlMap(map) ? entriesOf(map) : [];
  const fromLines = Array.isArray(lines) ? lines.flatMap((line: YamlValue) => readLine(textOf(line) ?? "")) : [];
  return new Map([...fromMap, ...fromLines]);
}

function entriesOf(map: YamlMap): readonly (readonly [string, string])[] {
  return Object.entries(map).flatMap(([label, entry]) => {
    const text = textOf(entry);
    return text === undefined ? [] : [[label, text] as const];
  });
}

function readLine(line: string): readonly (readonly [string, string])[] {
  const text = line.trim();
  const isOpen = text.startsWith("{");
  if (isOpen !== text.endsWith("}")) return [];
  const list = isOpen ? text.slice(1, -1).trim() : text;
  const found: (readonly [string, string])[] = [];
  for (let at = 0; at < list.length; at = matcher.lastIndex) {
    matcher.lastIndex = at;
    const [, label = "", operator, text = ""] = matcher.exec(list) ?? [];
    if (operator === undefined) return [];
    if (operator === "=") found.push([unquoted(label), unquoted(text)]);
  }
  return found;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1) : text;
}
