import type { Span, TextProblem } from "../text-problem.js";
import { valueTypeOf } from "./check-types.js";
import type { Aggregation, Binary, Call, Expression, Selector } from "./expression.js";
import {
  constantSeries,
  isDistinctBy,
  isDistinctWithout,
  type KnownSeries,
  nameLabel,
  overTime,
  seriesWithOnly,
  withoutLabels,
} from "./known-series.js";
import { operators } from "./language.js";
import { writtenLabel } from "./string-arguments.js";

/** Where an expression stands, and where to tell what is wrong with it. */
interface Context {
  readonly report: (span: Span, message: string) => void;
  /** Whether it is evaluated over a range of time, and some of its operators on all instants at once. */
  readonly inSubquery: boolean;
}

const harm = "which would stop this rule for all projects";
const keepsName: ReadonlySet<string> = new Set(["last_over_time", "sort", "sort_desc"]);

/**
 * Says where the series of one project could make an operator's expression fail: Prometheus gives up the whole of it when
 * two series of a result have the same labels, or when several match where one is wanted. A project exports what it likes,
 * and may change it each second, so what must be one has to be proven so.
 */
export function checkDistinct(expression: Expression): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  const report: Context["report"] = ({ from, to }, message) => void problems.push({ message, from, to });
  known(expression, { report, inSubquery: false });
  return problems;
}

function known(expression: Expression, context: Context): KnownSeries {
  switch (expression.kind) {
    case "number":
    case "string":
      return constantSeries;
    case "selector":
      return knownOfSelector(expression);
    case "range":
      return knownOfSelector(expression.selector);
    case "parenthesised":
      return known(expression.expression, context);
    case "subquery":
      return overTime(known(expression.expression, { ...context, inSubquery: true }));
    case "unary": {
      const series = known(expression.expression, context);
      // Prometheus takes the names away from the series of all instants at once, and only with a minus.
      return expression.operator === "+" ? series : withoutName(series, expression, context, context.inSubquery);
    }
    case "call":
      return knownOfCall(expression, context);
    case "aggregation":
      return knownOfAggregation(expression, context);
    case "binary":
      return knownOfBinary(expression, context);
  }
}

/** A stored series has the same labels at all times. */
function knownOfSelector({ name, matchers }: Selector): KnownSeries {
  const isNamed = name !== undefined || matchers.some((each) => each.name === nameLabel && each.operator === "=");
  const absent = new Set(matchers.flatMap((each) => (each.operator === "=" && each.value === "" ? [each.name] : [])));
  const distinctBy = isNamed ? "all" : "name";
  return { distinctBy, everDistinctBy: distinctBy, mayHave: (label) => !absent.has(label), isConstant: false };
}

/** What remains when the names are taken away, as most functions and operators do at each instant for itself. */
function withoutName(series: KnownSeries, { from, to }: Span, { report }: Context, isAllAtOnce = false): KnownSeries {
  if (!isDistinctAt(series, [], isAllAtOnce)) {
    report({ from, to }, `Series of several metrics may become the same here, ${harm}; name one metric, or aggregate.`);
  }
  return withoutLabels(series, [nameLabel]);
}

function isDistinctAt(series: KnownSeries, without: readonly string[], isAllAtOnce: boolean): boolean {
  const isDistinct = isDistinctWithout(series.distinctBy, series, without);
  return isDistinct && (!isAllAtOnce || isDistinctWithout(series.everDistinctBy, series, without));
}

function knownOfCall(call: Call, context: Context): KnownSeries {
  const all = call.arguments.map((argument) => known(argument, context));
  const series = all.find(({ isConstant }) => !isConstant);
  if (series === undefined) return constantSeries;
  // It gives one series, whose labels are those that the expression asks for: the same at all times.
  if (call.name.startsWith("absent")) {
    return { ...constantSeries, isConstant: false, mayHave: (label) => label !== nameLabel };
  }
  const label = writtenLabel(call);
  if (label !== undefined) {
    // Versions from 3 on write the label on the series of all instants at once.
    if (!isDistinctAt(series, [label.value], context.inSubquery)) {
      const advice = `aggregate first, as in max without (${label.value}) (…)`;
      context.report(label, `Series that differ in ${label.value} alone become the same here, ${harm}; ${advice}.`);
    }
    // The same series gets the same value at all times, so that what tells series apart still does.
    return {
      ...withoutLabels(series, [label.value]),
      mayHave: (each) => each === label.value || series.mayHave(each),
    };
  }
  // What a function makes of ranges is as distinct over time as they are: it has their labels.
  if (keepsName.has(call.name)) return series;
  const nameless = withoutName(series, call, context);
  return call.name === "histogram_quantile" ? withoutLabels(nameless, ["le"]) : nameless;
}

function knownOfAggregation(aggregation: Aggregation, context: Context): KnownSeries {
  const { operator, grouping, parameter, expression } = aggregation;
  if (parameter) known(parameter, context);
  const series = known(expression, context);
  if (series.isConstant) return constantSeries;
  const groups = grouping?.labels ?? [];
  if (operator === "topk" || operator === "bottomk") {
    const isOne = parameter?.kind === "number" && parameter.value === 1 && grouping?.kind === "by";
    // One of each group at an instant, and the next instant another: over time it may be all of them.
    return isOne ? { ...series, distinctBy: new Set(groups) } : series;
  }
  const counted = writtenLabel(aggregation)?.value;
  if (grouping?.kind !== "without") {
    return seriesWithOnly(
      counted === undefined ? groups : [...groups, counted],
      (label) => label === counted || series.mayHave(label),
    );
  }
  const distinctBy = counted === nameLabel ? "name" : "all";
  const mayHave = (label: string) => label !== nameLabel && !groups.includes(label) && series.mayHave(label);
  return {
    distinctBy,
    everDistinctBy: distinctBy,
    mayHave: (label) => label === counted || mayHave(label),
    isConstant: false,
  };
}

function knownOfBinary(binary: Binary, context: Context): KnownSeries {
  const { operator, returnsBool, matching, left, right } = binary;
  const [ofLeft, ofRight] = [known(left, context), known(right, context)];
  if (ofLeft.isConstant && ofRight.isConstant) return constantSeries;
  const kind = operators.get(operator)?.kind;
  if (kind === "set") return operator === "or" ? either(ofLeft, ofRight, matching) : ofLeft;
  const dropsName = kind === "arithmetic" || returnsBool;
  const isScalar = [left, right].map((side) => valueTypeOf(side) === "scalar");
  if (isScalar.includes(true)) {
    const series = isScalar[0] ? ofRight : ofLeft;
    return dropsName ? withoutName(series, binary, context) : series;
  }
  const many = matching?.group?.side;
  if (many !== "left") refuseSeveral(left, ofLeft, binary, context);
  if (many !== "right") refuseSeveral(right, ofRight, binary, context);
  if (many === undefined) return joinedOneToOne(binary, ofLeft, dropsName, context);
  const ofMany = many === "left" ? ofLeft : ofRight;
  const included = matching?.group?.labels ?? [];
  if (!ofMany.isConstant && !isDistinctWithout(ofMany.distinctBy, ofMany, included)) {
    const side = many === "left" ? left : right;
    const advice =
      included.length > 0 ? `aggregate it without (${included.join(", ")})` : "name one metric, or aggregate";
    context.report(side, `Series of this side may become the same, ${harm}; ${advice}.`);
  }
  return withIncluded(withoutLabels(ofMany, dropsName ? [...included, nameLabel] : included), included);
}

/** Refuses a side of which several series may match one of the other side, at one instant: they are matched at each for itself. */
function refuseSeveral(side: Expression, series: KnownSeries, { operator, matching }: Binary, context: Context): void {
  if (series.isConstant) return;
  const labels = matching?.labels ?? [];
  const isOn = matching?.kind === "on";
  if (isOn ? isDistinctBy(series.distinctBy, labels) : isDistinctWithout(series.distinctBy, series, labels)) return;
  const grouping = `${isOn ? "by" : "without"} (${labels.join(", ")})`;
  const message = `Several series may match one on the other side of ${operator}, ${harm}; write max ${grouping} (…) here.`;
  context.report(side, message);
}

function joinedOneToOne(binary: Binary, left: KnownSeries, dropsName: boolean, context: Context): KnownSeries {
  const { matching } = binary;
  if (matching?.kind === "on") {
    const series = seriesWithOnly(matching.labels, () => true);
    return dropsName ? withoutName(series, binary, context) : series;
  }
  const ignored = matching?.labels ?? [];
  return { ...withoutLabels(left, dropsName ? [...ignored, nameLabel] : ignored), isConstant: false };
}

/** Adds labels of the one side, which may change from instant to instant: then what was one series is several over time. */
function withIncluded(series: KnownSeries, included: readonly string[]): KnownSeries {
  const { everDistinctBy: ever } = series;
  const isRenamed = ever === "all" && included.includes(nameLabel);
  return {
    ...series,
    everDistinctBy: typeof ever === "string" ? (isRenamed ? "name" : ever) : new Set([...ever, ...included]),
    mayHave: (label) => included.includes(label) || series.mayHave(label),
    isConstant: false,
  };
}

/**
 * At one instant the right side gives no series that the left side has under another name, unless names are to match. Over
 * time one may be there when the other is not: then only names tell them apart, and where there are none both are one series.
 */
function either(left: KnownSeries, right: KnownSeries, matching: Binary["matching"]): KnownSeries {
  const mayHave = (label: string) => left.mayHave(label) || right.mayHave(label);
  const isByName = mayHave(nameLabel) && matching?.kind === "on" && matching.labels.includes(nameLabel);
  const isDistinct = !isByName && [left, right].every((side) => isDistinctWithout(side.distinctBy, side));
  return {
    distinctBy: isDistinct ? "all" : "name",
    everDistinctBy: mayHave(nameLabel) ? "name" : "all",
    mayHave,
    isConstant: false,
  };
}
