import { compileAnchored } from "../../server/core/regex.js";
import { type Selector, walk } from "../../server/rules/promql/expression.js";
import { parseExpression } from "../../server/rules/promql/parse-expression.js";
import type { Random } from "./random.js";
import { keywordNames, labelNames, labelValues, plainNames } from "./random-expression.js";
import { writtenRules } from "./rule-files.js";

type Labels = Readonly<Record<string, string>>;

/** When the stored samples begin, in seconds since 1970, and how many there are, a minute apart. */
export const firstSampleAt = 1_767_225_600;
export const sampleCount = 31;

/** The series that somebody stores, without their project; the names are those that the generated and the real rules read. */
export function seriesOfRules(random: Random): readonly Labels[] {
  return [...generatedSeries(random), ...writtenSeries()];
}

/** The stored series of these owners, in OpenMetrics' text format; the owner "" has series of no project. */
export function openMetricsOf(owners: Readonly<Record<string, readonly Labels[]>>): string {
  const lines: string[] = [];
  for (const [owner, series] of Object.entries(owners)) {
    for (const labels of distinct(series)) {
      const { __name__: name = "", ...rest } = labels;
      const own = { ...rest, ...(owner === "" ? {} : { project: owner }) };
      const text = Object.entries(own).map(([label, value]) => `${label}="${escaped(value)}"`);
      const seed = hashOf(`${owner} ${name} ${text.join()}`);
      for (let index = 0; index < sampleCount; index++) {
        // Whole numbers: their sums do not depend on the order in which they are added up.
        const value = (seed % 97) + ((seed >> 8) % 7) * index + (index % 5 === 4 ? seed % 3 : 0);
        lines.push(`${name}{${text.join()}} ${value} ${firstSampleAt + index * 60}`);
      }
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

function generatedSeries(random: Random): readonly Labels[] {
  const names = [...plainNames, ...keywordNames, "up_x", "up_y"];
  const series = names.flatMap((name) =>
    Array.from({ length: 12 }, (): Labels => {
      const labels = labelNames
        .filter(() => random.chance(35))
        .map((label) => [label, random.pick(labelValues)] as const);
      return { __name__: name, job: "api", ...Object.fromEntries(labels.filter(([, value]) => value !== "")) };
    }),
  );
  return distinct(series);
}

/** For each selector of the real rules, series that it finds. */
function writtenSeries(): readonly Labels[] {
  const found: Labels[] = [];
  for (const { expr } of writtenRules) {
    walk(parseExpression(expr), (node) => {
      if (node.kind === "selector") found.push(...foundBy(node));
    });
  }
  return distinct(found);
}

function foundBy({ name, matchers }: Selector): readonly Labels[] {
  const labels: Record<string, string> = {
    instance: "i1",
    job: "j",
    ...(name === undefined ? {} : { __name__: name }),
  };
  for (const { name: label, operator, value } of matchers) {
    if (operator === "=") labels[label] = value;
    if (operator === "=~") labels[label] = matchOf(value);
  }
  const one = labels.instance === "i1" ? [labels, { ...labels, instance: "i2" }] : [labels];
  if (labels.__name__ === undefined || !/^[a-zA-Z_:][\w:]*$/.test(labels.__name__)) return [];
  if (!labels.__name__.endsWith("_bucket") || labels.le !== undefined) return one;
  return one.flatMap((each) => ["0.1", "1", "10", "+Inf"].map((le) => ({ ...each, le })));
}

/** Some text that a regular expression matches. */
function matchOf(pattern: string): string {
  const isMatched = compileAnchored(pattern);
  const parts = pattern.split("|").map((part) => part.replaceAll(/[\^$()*+?.[\]\\]/g, ""));
  return [...parts, ...parts.map((part) => `${part}x`), "x", "500", "400", "/x"].find(isMatched) ?? "";
}

function distinct(series: readonly Labels[]): readonly Labels[] {
  const byKey = new Map(
    series.map((labels) => [
      JSON.stringify(
        Object.entries(labels)
          .filter(([, value]) => value !== "")
          .sort(),
      ),
      labels,
    ]),
  );
  return [...byKey.values()];
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return hash;
}
