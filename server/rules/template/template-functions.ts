import type { PatternReader } from "../pattern-reader.js";
import { Refusal, type Span } from "../text-problem.js";
import { checkFormat } from "./check-format.js";
import { labelsInAll, type TemplateType, type TemplateValue } from "./template-value.js";

/** What a function of the allow-list does with its arguments; throws `Refusal` when it cannot. */
export type TemplateFunction = (values: readonly TemplateValue[], call: Span, patterns: PatternReader) => TemplateValue;

const numeric: readonly TemplateType[] = ["float", "integer", "text"];
const comparable: readonly TemplateType[] = ["float", "integer", "text", "boolean"];

const humanizes: TemplateFunction = (values, call) => {
  take(values, call, numeric);
  return { ...call, type: "text", growth: growthOf(values) };
};

const changesText: TemplateFunction = (values, call) => {
  take(values, call, ["text"]);
  return { ...call, type: "text", growth: growthOf(values) };
};

const compares: TemplateFunction = (values, call) => {
  take(values, call, comparable, comparable);
  const [left, right] = values;
  if (left && right && left.type !== right.type && left.type !== "unknown" && right.type !== "unknown") {
    const isNumber = [left.type, right.type].every((type) => type === "float" || type === "integer");
    const advice = isNumber
      ? "Compare a number with a decimal one, such as 80.0."
      : "A text and a number never compare.";
    throw new Refusal(advice, right.literal === undefined ? left : right);
  }
  return { ...call, type: "boolean", growth: growthOf(values) };
};

const chooses: TemplateFunction = (values, call) => {
  if (values.length < 2) throw new Refusal("Two values or more are needed here.", call);
  const [first] = values;
  const isSame = values.every(({ type }) => type === first?.type);
  return { ...call, type: (isSame && first?.type) || "unknown", growth: growthOf(values) };
};

/** Every function that may be used: of Go's text/template and of Prometheus 2.42 (template/template.go), those that only format. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ...["humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp"].map(
    (name) => [name, humanizes] as const,
  ),
  ...["title", "toLower", "toUpper", "stripPort", "stripDomain"].map((name) => [name, changesText] as const),
  ...["eq", "ne", "lt", "le", "gt", "ge"].map((name) => [name, compares] as const),
  ...["and", "or"].map((name) => [name, chooses] as const),
  [
    "not",
    (values, call) => {
      if (values.length !== 1) throw new Refusal("One value is needed here.", call);
      return { ...call, type: "boolean", growth: growthOf(values) };
    },
  ],
  [
    "len",
    (values, call) => {
      take(values, call, ["text", "labels"]);
      return { ...call, type: "integer", growth: growthOf(values) };
    },
  ],
  [
    "index",
    (values, call) => {
      take(values, call, ["labels"], ["text"]);
      const isPlain = values[0]?.type === "labels" && values[0].growth === labelsInAll;
      return { ...call, type: "text", growth: isPlain ? 1 + growthOf(values.slice(1)) : growthOf(values) };
    },
  ],
  [
    "match",
    (values, call, patterns) => {
      take(values, call, ["text"], ["text"]);
      readPattern(values[0], call, patterns);
      return { ...call, type: "boolean", growth: growthOf(values) };
    },
  ],
  [
    "reReplaceAll",
    (values, call, patterns) => {
      take(values, call, ["text"], ["text"], ["text"]);
      const [pattern, replacement, text] = values;
      readPattern(pattern, call, patterns);
      if (replacement?.literal === undefined)
        throw new Refusal("Spell the replacement out, in quotes.", replacement ?? call);
      // Each character may be replaced, and the gaps between them too: in a chain, lengths multiply.
      return { ...call, type: "text", growth: (text?.growth ?? 1) * (replacement.literal.length + 1) };
    },
  ],
  [
    "printf",
    (values, call) => {
      const [format, ...rest] = values;
      if (!format) throw new Refusal("printf needs a format, in quotes.", call);
      checkFormat(format, rest);
      return { ...call, type: "text", growth: growthOf(values) };
    },
  ],
]);

function take(values: readonly TemplateValue[], call: Span, ...wanted: readonly (readonly TemplateType[])[]): void {
  if (values.length !== wanted.length) {
    throw new Refusal(`${wanted.length} values are needed here, and ${values.length} are given.`, call);
  }
  values.forEach((value, index) => {
    if (value.type === "unknown" || wanted[index]?.includes(value.type)) return;
    throw new Refusal(`${wanted[index]?.join(" or ")} is needed here, and this is ${value.type}.`, value);
  });
}

function readPattern(pattern: TemplateValue | undefined, call: Span, patterns: PatternReader): void {
  if (pattern?.literal === undefined)
    throw new Refusal("Spell the regular expression out, in quotes.", pattern ?? call);
  patterns.read(pattern.literal, pattern);
}

/** A short result counts as what it is made of too: that has been in memory. */
function growthOf(values: readonly TemplateValue[]): number {
  return values.reduce((sum, { growth }) => sum + growth, 0);
}
