import { parser } from "@prometheus-io/lezer-promql";

/** Any other control character ends something for Prometheus and not for this parser, as a carriage return does a comment. */
const controlCharacter = /[^\P{Cc}\n\t]/u;

const words = (text: string) => new Set(text.split(" "));

/*
 * What the grammar may find in an expression of ours. Everything else is refused, whatever it does: a later Prometheus
 * may have functions that read series which the expression does not name, as `info` does.
 */
const nodes = words(
  "PromQL ParenExpr UnaryExpr UnaryOp NumberDurationLiteral StringLiteral VectorSelector LabelMatchers " +
    "UnquotedLabelMatcher Identifier LabelName MatchOp MatrixSelector SubqueryExpr DurationExpr " +
    "NumberDurationLiteralInDurationContext OffsetExpr Offset OffsetDurationExpr StepInvariantExpr At " +
    "AtModifierPreprocessors AtStart AtEnd FunctionCall FunctionIdentifier FunctionCallBody AggregateExpr AggregateOp " +
    "AggregateModifier By Without GroupingLabels BinaryExpr Pow Mul Div Mod Atan2 Add Sub Eql Neq Gte Gtr Lte Lss And Or " +
    "Unless BoolModifier Bool MatchingModifierClause On Ignoring GroupLeft GroupRight",
);
const functions = words(
  "abs absent absent_over_time acos acosh asin asinh atan atanh avg_over_time ceil changes clamp clamp_max clamp_min cos " +
    "cosh count_over_time day_of_month day_of_week day_of_year days_in_month deg delta deriv exp floor histogram_count " +
    "histogram_fraction histogram_quantile histogram_sum hour idelta increase irate label_join label_replace " +
    "last_over_time ln log10 log2 max_over_time min_over_time minute month pi predict_linear present_over_time " +
    "quantile_over_time rad rate resets round scalar sgn sin sinh sort sort_desc sqrt stddev_over_time stdvar_over_time " +
    "sum_over_time tan tanh time timestamp vector year",
);
const aggregations = words("avg bottomk count count_values group max min quantile stddev stdvar sum topk");

/** The matchers on `project` of each selector of an expression, as written, or what stands in the way of reading them. */
export type Selectors = { readonly found: readonly (readonly string[])[] } | { readonly problem: string };

/** Finds the selectors of an expression; one that holds anything unknown is not read. */
export function selectorsOf(expression: string): Selectors {
  if (expression.trim() === "") return { problem: "the expression is empty" };
  if (controlCharacter.test(expression)) return { problem: "the expression holds control characters" };
  const found: string[][] = [];
  let problem: string | undefined;
  parser.parse(expression).iterate({
    enter({ name, type, from, to }) {
      const text = () => expression.slice(from, to);
      problem ??= type.isError ? `the expression cannot be parsed at character ${from + 1}` : nodeProblem(name, text);
      if (name === "VectorSelector") found.push([]);
      if (name !== "UnquotedLabelMatcher") return problem === undefined && !isWord(name);
      if (/^project(?![a-zA-Z0-9_])/.test(text())) found.at(-1)?.push(text());
      return false;
    },
  });
  return problem === undefined ? { found } : { problem };
}

/**
 * Says why an expression may not run for a project, or undefined. Every selector must hold exactly one matcher on
 * `project`, and that one must be `project="<name>"`. It trusts nothing that the server said: this is the second of two
 * doors, written apart from the first.
 */
export function selectorProblem(expression: string, project: string): string | undefined {
  const selectors = selectorsOf(expression);
  if ("problem" in selectors) return selectors.problem;
  for (const matchers of selectors.found) {
    const foreign = matchers.find((matcher) => projectAskedFor(matcher) !== project);
    if (foreign !== undefined) return `a selector asks for another project: ${foreign}`;
  }
  if (selectors.found.some(({ length }) => length === 0)) return `a selector lacks project="${project}"`;
  return selectors.found.some(({ length }) => length > 1)
    ? "a selector has more than one matcher on project"
    : undefined;
}

/** Says why an operators' expression over all projects may not run, or undefined: it must read series of projects alone. */
export function globalSelectorProblem(expression: string): string | undefined {
  const selectors = selectorsOf(expression);
  if ("problem" in selectors) return selectors.problem;
  const excludesNone = (matcher: string) =>
    /^project\s*!=\s*(["'`])\1$/.test(matcher) || projectAskedFor(matcher) !== undefined;
  const isWrong = selectors.found.some((matchers) => !matchers.some(excludesNone));
  return isWrong ? `a selector lacks project!=""` : undefined;
}

function projectAskedFor(matcher: string): string | undefined {
  return /^project\s*=\s*(["'`])([a-z0-9-]+)\1$/.exec(matcher)?.[2];
}

function nodeProblem(name: string, text: () => string): string | undefined {
  if (name === "LineComment") return "the expression holds a comment";
  if (name.startsWith("Quoted")) return "the expression holds a quoted label name";
  const isKnown =
    nodes.has(name) &&
    (name !== "FunctionIdentifier" || functions.has(text())) &&
    (name !== "AggregateOp" || aggregations.has(text().toLowerCase()));
  if (isKnown) return undefined;
  return `the expression holds "${text()}", which is not allowed`;
}

/** Nodes that hold nothing but another for the word that they are. */
function isWord(name: string): boolean {
  return name === "FunctionIdentifier" || name === "AggregateOp" || name === "MatchOp";
}
