/** The label that says whose a series is. */
export const projectLabel = "project";

/** The types of PromQL values. */
export type ValueType = "scalar" | "string" | "instant vector" | "range vector";

/** What a function takes and gives. */
export interface FunctionSignature {
  readonly takes: readonly ValueType[];
  /** How many of the last arguments may be left out. */
  readonly optional: number;
  /** Whether the last argument may be repeated. */
  readonly repeats: boolean;
  readonly gives: ValueType;
}

const S = "scalar";
const T = "string";
const V = "instant vector";
const R = "range vector";

const takes = (...types: readonly ValueType[]): FunctionSignature => ({
  takes: types,
  optional: 0,
  repeats: false,
  gives: V,
});

const ofVector = takes(V);
const ofRange = takes(R);
const ofTime: FunctionSignature = { ...ofVector, optional: 1 };

const sameForEach = (names: string, signature: FunctionSignature) =>
  names.split(" ").map((name) => [name, signature] as const);

/**
 * Every function that may be used: those of Prometheus 2.42 (promql/parser/functions.go). Later versions keep them, so
 * an expression that passes here runs on each; `holt_winters`, which version 3 renamed, is left out for that reason.
 */
export const functions: ReadonlyMap<string, FunctionSignature> = new Map<string, FunctionSignature>([
  ...sameForEach("abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor", ofVector),
  ...sameForEach("histogram_count histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt", ofVector),
  ...sameForEach("tan tanh timestamp", ofVector),
  ...sameForEach("day_of_month day_of_week day_of_year days_in_month hour minute month year", ofTime),
  ...sameForEach("absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate", ofRange),
  ...sameForEach("last_over_time max_over_time min_over_time present_over_time rate resets", ofRange),
  ...sameForEach("stddev_over_time stdvar_over_time sum_over_time", ofRange),
  ...sameForEach("clamp_max clamp_min", takes(V, S)),
  ["clamp", takes(V, S, S)],
  ["histogram_fraction", takes(S, S, V)],
  ["histogram_quantile", takes(S, V)],
  ["label_join", { ...takes(V, T, T, T), optional: 1, repeats: true }],
  ["label_replace", takes(V, T, T, T, T)],
  ["pi", { ...takes(), gives: S }],
  ["predict_linear", takes(R, S)],
  ["quantile_over_time", takes(S, R)],
  ["round", { ...takes(V, S), optional: 1 }],
  ["scalar", { ...takes(V), gives: S }],
  ["time", { ...takes(), gives: S }],
  ["vector", takes(S)],
]);

/** Every aggregation that may be used, with the type of its parameter where it takes one. */
export const aggregations: ReadonlyMap<string, { readonly parameter?: ValueType }> = new Map<
  string,
  { readonly parameter?: ValueType }
>([
  ...["avg", "count", "group", "max", "min", "stddev", "stdvar", "sum"].map((name) => [name, {}] as const),
  ...["bottomk", "quantile", "topk"].map((name) => [name, { parameter: S }] as const),
  ["count_values", { parameter: T }],
]);

/** What kind of operator it is: that decides which operands it takes. */
export type OperatorKind = "arithmetic" | "comparison" | "set";

/** Every binary operator that may be used; a higher `precedence` binds closer (promql/parser/generated_parser.y). */
export const operators: ReadonlyMap<string, { readonly precedence: number; readonly kind: OperatorKind }> = new Map<
  string,
  { readonly precedence: number; readonly kind: OperatorKind }
>([
  ["or", { precedence: 1, kind: "set" }],
  ...["and", "unless"].map((name) => [name, { precedence: 2, kind: "set" }] as const),
  ...["==", "!=", "<", "<=", ">", ">="].map((name) => [name, { precedence: 3, kind: "comparison" }] as const),
  ...["+", "-"].map((name) => [name, { precedence: 4, kind: "arithmetic" }] as const),
  ...["*", "/", "%", "atan2"].map((name) => [name, { precedence: 5, kind: "arithmetic" }] as const),
  ["^", { precedence: 6, kind: "arithmetic" }],
]);

/** How close a sign binds: as `*` does, so that `-1 ^ 2` is `-(1 ^ 2)`. */
export const signPrecedence = 5;

/** The one operator that groups from the right, `2 ^ 3 ^ 2` being `2 ^ (3 ^ 2)`. */
export const rightAssociative = "^";

/** Words that some version of Prometheus reads as more than a name: a metric named so is printed as `{__name__="…"}`. */
export const keywords: ReadonlySet<string> = new Set([
  ...aggregations.keys(),
  ..."and or unless atan2 by without on ignoring group_left group_right offset bool inf nan start end".split(" "),
  ..."limitk limit_ratio smoothed anchored fill fill_left fill_right step range min_of max_of".split(" "),
]);

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const refusedInGroupings: ReadonlySet<string> = new Set(["without", "inf", "nan"]);

/** Whether Prometheus takes `name` as a label's name. */
export function isLabelName(name: string): boolean {
  return labelName.test(name);
}

/** Whether `name` may stand in `by (…)`, `on (…)` and their like: there, Prometheus reads three words as keywords still. */
export function isGroupingLabel(name: string): boolean {
  return isLabelName(name) && !refusedInGroupings.has(name.toLowerCase());
}
