import { aggregations, functions } from "./language.js";

/**
 * What becomes of one kind of node of the grammar. `confined`: a selector, which gets its matcher on `project`. `read`:
 * read into an `Expression` and printed anew. `dropped`: means nothing and is not printed. Else it is refused, and this is why.
 */
export type Treatment = "confined" | "read" | "dropped" | { readonly refused: string };

const each = (names: string, treatment: Treatment) => names.split(" ").map((name) => [name, treatment] as const);
const refused = (names: string, reason: string) => each(names, { refused: reason });

const tooNew = "only newer versions of Prometheus understand it, and a rule must run on each";
const joinsUnnamed = "it joins series that the expression does not name; join them yourself, with group_left";
const quoted = "quoted names are not supported; write letters, digits and _, without quotes";
const standsNowhere = "it stands in no expression";

/**
 * Every kind of node that the grammar has, by its name there. Of a kind that is missing here, which a later grammar may
 * bring, nothing is known: it is `unknownNode`. Functions and aggregations that may be used are those of `language.ts`.
 */
export const nodeTreatments: ReadonlyMap<string, Treatment> = new Map<string, Treatment>([
  ["VectorSelector", "confined"],
  ["LineComment", "dropped"],
  ...each("PromQL ParenExpr UnaryExpr UnaryOp NumberDurationLiteral StringLiteral", "read"),
  ...each("LabelMatchers UnquotedLabelMatcher Identifier LabelName", "read"),
  ...each("MatchOp EqlSingle Neq EqlRegex NeqRegex", "read"),
  ...each("MatrixSelector SubqueryExpr DurationExpr NumberDurationLiteralInDurationContext", "read"),
  ...each("OffsetExpr Offset OffsetDurationExpr", "read"),
  ...each("StepInvariantExpr At AtModifierPreprocessors AtStart AtEnd", "read"),
  ...each("FunctionCall FunctionIdentifier FunctionCallBody", "read"),
  ...[...functions.keys(), ...aggregations.keys()].map((name) => [nodeNameOf(name), "read"] as const),
  ...each("AggregateExpr AggregateOp AggregateModifier By Without GroupingLabels", "read"),
  ...each("BinaryExpr Pow Mul Div Mod Atan2 Add Sub Eql Gte Gtr Lte Lss And Or Unless", "read"),
  ...each("BoolModifier Bool MatchingModifierClause On Ignoring GroupLeft GroupRight", "read"),

  ...refused("Info", joinsUnnamed),
  ...refused("LimitK LimitRatio", tooNew),
  ...refused("FirstOverTime MadOverTime TsOfFirstOverTime TsOfLastOverTime TsOfMaxOverTime TsOfMinOverTime", tooNew),
  ...refused("HistogramAvg HistogramQuantiles HistogramStdDev HistogramStdVar DoubleExponentialSmoothing", tooNew),
  ...refused("SortByLabel SortByLabelDesc StartTimestamp StartFn EndFn Range Step", tooNew),
  ...refused("AnchoredExpr Anchored SmoothedExpr Smoothed", tooNew),
  ...refused("FillModifier FillClause Fill FillLeftClause FillLeft FillRightClause FillRight", tooNew),
  ...refused("TrimUpper TrimLower DurationStep DurationRange DurationMinOf DurationMaxOf", tooNew),
  ...refused("QuotedLabelName QuotedLabelMatcher", quoted),
  ...refused("MetricName", standsNowhere),
  ...refused("⚠", standsNowhere),
]);

/** What becomes of a kind of node that is not listed. */
export const unknownNode: Treatment = { refused: "it is a feature of PromQL that is not supported here" };

/** What the grammar calls the word of a function or an aggregation: `days_in_month` is `DaysInMonth`. */
function nodeNameOf(word: string): string {
  return word.replaceAll(/(?:^|_)(\w)/g, (_, first: string) => first.toUpperCase());
}
