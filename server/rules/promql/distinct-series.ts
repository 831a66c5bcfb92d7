import type { Span, TextProblem } from "../text-problem.js";
import { valueTypeOf } from "./check-types.js";
import type { Aggregation, Binary, Call, Expression, Selector } from "./expression.js";
import { operators } from "./language.js";
import { writtenLabel } from "./string-arguments.js";

/** What is known of the series that an expression gives, whichever labels projects put on theirs. */
interface Known {
  /** Labels of which no two series have the same values; "all" their labels; "name" only together with their names. */
  readonly distinctBy: ReadonlySet<string> | "all" | "name";
  /** Whether a series may have this label. */
  readonly mayHave: (label: string) => boolean;
  /** Whether it reads no series, so that nobody can change it. */
  readonly isConstant: boolean;
}

type Report = (span: Span, message: string) => void;

const constant: Known = { distinctBy: new Set(), mayHave: () => false, isConstant: true };
const harm = "which would stop this rule for all projects";
const keepsName: ReadonlySet<string> = new Set(["last_over_time", "sort", "sort_desc"]);

/**
 * Says where the series of one project could make an operator's expression fail: Prometheus gives up the whole of it when
 * two series of a result have the same labels, or when several match where one is wanted. A project exports what it likes,
 * so what must be one has to be proven so.
 */
export function checkDistinct(expression: Expression): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  known(expression, ({ from, to }, message) => void problems.push({ message, from, to }));
  return problems;
}

function known(expression: Expression, report: Report): Known {
  switch (expression.kind) {
    case "number":
    case "string":
      return constant;
    case "selector":
      return knownOfSelector(expression);
    case "range":
      return knownOfSelector(expression.selector);
    case "parenthesised":
    case "subquery":
      return known(expression.expression, report);
    case "unary":
      return withoutName(known(expression.expression, report), expression, report);
    case "call":
      return knownOfCall(expression, report);
    case "aggregation":
      return knownOfAggregation(expression, report);
    case "binary":
      return knownOfBinary(expression, report);
  }
}

function knownOfSelector({ name, matchers }: Selector): Known {
  const isNamed = name !== undefined || matchers.some((each) => each.name === "__name__" && each.operator === "=");
  const absent = new Set(matchers.flatMap((each) => (each.operator === "=" && each.value === "" ? [each.name] : [])));
  return { distinctBy: isNamed ? "all" : "name", mayHave: (label) => !absent.has(label), isConstant: false };
}

/** What remains when the names are taken away, as most functions and operators do. */
function withoutName(series: Known, { from, to }: Span, report: Report): Known {
  if (series.distinctBy !== "name") return series;
  report({ from, to }, `Series of several metrics may become the same here, ${harm}; name one metric, or aggregate.`);
  return { ...series, distinctBy: "all" };
}

function knownOfCall(call: Call, report: Report): Known {
  const all = call.arguments.map((argument) => known(argument, report));
  const series = all.find(({ isConstant }) => !isConstant);
  if (series === undefined) return constant;
  if (call.name.startsWith("absent")) return { ...constant, isConstant: false, mayHave: () => true };
  const label = writtenLabel(call);
  if (label !== undefined) {
    if (!isDistinctWithout(series, [label.value])) {
      const advice = `aggregate first, as in max without (${label.value}) (…)`;
      report(label, `Series that differ in ${label.value} alone become the same here, ${harm}; ${advice}.`);
    }
    return { ...series, mayHave: (each) => each === label.value || series.mayHave(each) };
  }
  return keepsName.has(call.name) ? series : withoutName(series, call, report);
}

function knownOfAggregation(aggregation: Aggregation, report: Report): Known {
  const { operator, grouping, parameter, expression } = aggregation;
  if (parameter) known(parameter, report);
  const series = known(expression, report);
  if (series.isConstant) return constant;
  const groups = new Set(grouping?.labels ?? []);
  if (operator === "topk" || operator === "bottomk") {
    const isOne = parameter?.kind === "number" && parameter.value === 1 && grouping?.kind === "by";
    return isOne ? { ...series, distinctBy: groups } : series;
  }
  const counted = writtenLabel(aggregation)?.value;
  const mayHave = (label: string) => series.mayHave(label) && groups.has(label) === (grouping?.kind === "by");
  return {
    isConstant: false,
    distinctBy: grouping?.kind === "by" ? new Set([...groups, ...(counted === undefined ? [] : [counted])]) : "all",
    mayHave: (label) => label === counted || mayHave(label),
  };
}

function knownOfBinary(binary: Binary, report: Report): Known {
  const { operator, returnsBool, matching, left, right } = binary;
  const [ofLeft, ofRight] = [known(left, report), known(right, report)];
  if (ofLeft.isConstant && ofRight.isConstant) return constant;
  const kind = operators.get(operator)?.kind;
  if (kind === "set") return operator === "or" ? either(ofLeft, ofRight) : ofLeft;
  const dropsName = kind === "arithmetic" || returnsBool;
  const isScalar = [left, right].some((side) => valueTypeOf(side) === "scalar");
  if (isScalar) {
    const series = ofLeft.isConstant ? ofRight : ofLeft;
    return dropsName ? withoutName(series, binary, report) : series;
  }
  const many = matching?.group?.side;
  if (many !== "left") refuseSeveral(left, ofLeft, binary, report);
  if (many !== "right") refuseSeveral(right, ofRight, binary, report);
  if (many === undefined) return joinedOneToOne(binary, ofLeft);
  const ofMany = many === "left" ? ofLeft : ofRight;
  const included = matching?.group?.labels ?? [];
  if (!ofMany.isConstant && !isDistinctWithout(ofMany, included)) {
    const side = many === "left" ? left : right;
    const advice =
      included.length > 0 ? `aggregate it without (${included.join(", ")})` : "name one metric, or aggregate";
    report(side, `Series of this side may become the same, ${harm}; ${advice}.`);
  }
  return { ...ofMany, mayHave: (label) => included.includes(label) || ofMany.mayHave(label) };
}

/** Refuses a side of which several series may match one of the other side. */
function refuseSeveral(side: Expression, series: Known, { operator, matching }: Binary, report: Report): void {
  if (series.isConstant) return;
  const isOn = matching?.kind === "on";
  if (isOn ? isDistinctBy(series, matching.labels) : isDistinctWithout(series, matching?.labels ?? [])) return;
  const grouping = isOn ? `by (${matching.labels.join(", ")})` : `without (${(matching?.labels ?? []).join(", ")})`;
  const message = `Several series may match one on the other side of ${operator}, ${harm}; write max ${grouping} (…) here.`;
  report(side, message);
}

function joinedOneToOne({ matching }: Binary, left: Known): Known {
  if (matching?.kind === "on") {
    const labels = new Set(matching.labels);
    return { distinctBy: labels, mayHave: (label) => labels.has(label), isConstant: false };
  }
  const ignored = new Set(matching?.labels ?? []);
  return { ...left, mayHave: (label) => !ignored.has(label) && left.mayHave(label) };
}

function either(left: Known, right: Known): Known {
  const isNamed = left.distinctBy === "name" || right.distinctBy === "name";
  const mayHave = (label: string) => left.mayHave(label) || right.mayHave(label);
  return { distinctBy: isNamed ? "name" : "all", mayHave, isConstant: false };
}

function isDistinctBy({ distinctBy }: Known, labels: readonly string[]): boolean {
  return typeof distinctBy !== "string" && [...distinctBy].every((label) => labels.includes(label));
}

function isDistinctWithout({ distinctBy, mayHave }: Known, labels: readonly string[]): boolean {
  if (distinctBy === "name") return false;
  if (distinctBy !== "all" && !labels.some((label) => distinctBy.has(label))) return true;
  return !labels.some(mayHave);
}
