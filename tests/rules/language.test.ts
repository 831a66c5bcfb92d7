import { parser } from "@prometheus-io/lezer-promql";
import { beforeAll, expect, test } from "vitest";
import { aggregations, functions, isGroupingLabel, keywords, operators } from "../../server/rules/promql/language.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { checkExpression } from "./check-expression.js";
import { formatQueries } from "./format-query.js";
import { callOf, sampleOf } from "./sample-calls.js";

/** Functions that only versions after 2.42 know. */
const newerFunctions = [
  ..."double_exponential_smoothing end first_over_time histogram_avg histogram_quantiles".split(" "),
  ..."histogram_stddev histogram_stdvar info mad_over_time range sort_by_label".split(" "),
  ..."sort_by_label_desc start start_timestamp step ts_of_first_over_time ts_of_last_over_time".split(" "),
  ..."ts_of_max_over_time ts_of_min_over_time".split(" "),
];
const types = ["scalar", "string", "instant vector", "range vector"] as const;

let prometheus: Prometheus;

beforeAll(async () => {
  prometheus = await startPrometheus();
});

/** Those of the texts that Prometheus takes as an expression, of whatever type. */
async function takenOf(texts: readonly string[]): Promise<readonly string[]> {
  const answers = await formatQueries(prometheus.url, texts);
  return texts.filter((_, index) => answers[index]?.printed !== undefined);
}

/** Those that our reader takes, as a rule's expression or as a part of one. */
function readOf(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => [text, `rate(${text})`, `vector(${text})`].some((each) => checkExpression(each).ok));
}

test("the grammar knows no function beyond those listed here and in language.ts", () => {
  const names = [...functions.keys(), ...newerFunctions];
  const found = new Set<string>();
  for (const name of names) {
    parser.parse(`${name}(x)`).iterate({
      enter: ({ name: node, node: { firstChild } }) => {
        if (node === "FunctionIdentifier") found.add(firstChild?.name ?? "");
      },
    });
  }
  expect(found.size).toBe(names.length);
  const listed = parser.nodeSet.types.map(({ name }) => name);
  const first = listed.indexOf("FunctionIdentifier") + 1;
  const inGrammar = listed.slice(first, listed.indexOf("MatrixSelector")).filter((name) => name !== "Identifier");
  expect([...found].sort()).toEqual([...inGrammar, "StartFn", "EndFn"].sort());
});

test("the functions and what they take are those of Prometheus 2.42", async () => {
  const right: string[] = [];
  const varied: string[] = [];
  for (const [name, { takes, optional, repeats }] of functions) {
    const ofCount = (count: number) =>
      Array.from({ length: count }, (_, index) => takes[index] ?? takes.at(-1) ?? "scalar");
    const [least, most] = [takes.length - optional, repeats ? takes.length + 2 : takes.length];
    for (let count = least; count <= most; count++) right.push(callOf(name, ofCount(count)));
    varied.push(callOf(name, ofCount(Math.max(0, least - 1))), callOf(name, ofCount(most + 1)));
    for (const index of takes.keys()) for (const type of types) varied.push(callOf(name, takes.with(index, type)));
  }
  expect(await takenOf(right)).toEqual(right);
  expect(readOf(right)).toEqual(right);
  expect(readOf(varied)).toEqual(await takenOf(varied));
  expect(await takenOf(newerFunctions.map((name) => callOf(name, ["instant vector"])))).toEqual([]);
  // It alone is known to 2.42 and left out: version 3 gave it another name.
  const leftOut = ["holt_winters(x[5m], 0.5, 0.5)"];
  expect(await takenOf(leftOut)).toEqual(leftOut);
  expect(readOf(leftOut)).toEqual([]);
});

test("the aggregations and what they take are those of Prometheus 2.42", async () => {
  const right = [...aggregations].map(([name, { parameter }]) =>
    parameter ? `${name}(${sampleOf(parameter)}, x)` : `${name}(x)`,
  );
  expect(await takenOf(right)).toEqual(right);
  const varied = [...aggregations.keys(), "limitk", "limit_ratio"].flatMap((name) => {
    return [`${name}(x)`, `${name}(1)`, `${name}()`, ...types.map((type) => `${name}(${sampleOf(type)}, x)`)];
  });
  expect(readOf(varied)).toEqual(await takenOf(varied));
});

test("every operator takes the operands that Prometheus lets it take", async () => {
  const operands = ["x", "1", "x[5m]", '"l"'];
  const modifiers = ["", "bool", "on (l)", "ignoring (l) group_left (m)", "on (l) group_right", "bool on (l)"];
  const texts = [...operators.keys(), "</", ">/", "=", "=~"].flatMap((operator) =>
    operands.flatMap((left) =>
      operands.flatMap((right) => modifiers.map((modifier) => `${left} ${operator} ${modifier} ${right}`)),
    ),
  );
  expect(readOf(texts)).toEqual(await takenOf(texts));
});

test("a keyword reads as the name of a metric or of a label just where Prometheus lets it", async () => {
  const words = [...new Set([...keywords, ...functions.keys(), ...newerFunctions, "x"])];
  const names = words.filter((word) => word !== "inf" && word !== "nan" && readOf([word]).length > 0);
  const stored = names.flatMap((name) => {
    const result = checkExpression(name);
    return result.ok ? [result.canonical] : [];
  });
  const printed = (await formatQueries(prometheus.url, stored)).map((answer) => answer.printed);
  expect(printed.map((text) => text?.replace(/^\{__name__="(\w+)"\}$/, "$1"))).toEqual(names);
  const taken = await takenOf(words.map((word) => `sum by (${word}) (x)`));
  expect(words.filter(isGroupingLabel).map((word) => `sum by (${word}) (x)`)).toEqual(taken);
});
