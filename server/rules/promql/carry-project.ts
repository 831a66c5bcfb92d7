import type { Span, TextProblem } from "../text-problem.js";
import { valueTypeOf } from "./check-types.js";
import type { Aggregation, Binary, Call, Expression, Selector } from "./expression.js";
import { operators, projectLabel } from "./language.js";
import { writtenLabel } from "./string-arguments.js";

/**
 * What is known of the values of an expression: `constant` reads no series. `project` does, and each series that it gives
 * has a project and comes from series of that project alone.
 */
type Carries = "constant" | "project";
type Report = (span: Span, message: string) => void;

/**
 * Says where an operator's expression may lose, mix or invent projects; empty when it is proven that it gives for each
 * project just what it would give if that project were alone. Every selector must ask for a project already. What is not
 * proven is refused: an alert would go to nobody, or to somebody else.
 */
export function checkProjectCarried(expression: Expression): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  const carried = carriesOf(expression, ({ from, to }, message) => void problems.push({ message, from, to }));
  if (carried === "constant" && problems.length === 0) {
    const { from, to } = expression;
    problems.push({ message: "This reads no series, so its alerts would belong to no project.", from, to });
  }
  return problems;
}

function carriesOf(expression: Expression, report: Report): Carries {
  switch (expression.kind) {
    case "number":
    case "string":
      return "constant";
    case "selector":
    case "range":
      return "project";
    case "parenthesised":
    case "unary":
    case "subquery":
      return carriesOf(expression.expression, report);
    case "call":
      return carriedByCall(expression, report);
    case "aggregation":
      return carriedByAggregation(expression, report);
    case "binary":
      return carriedByBinary(expression, report);
  }
}

function carriedByCall(call: Call, report: Report): Carries {
  const all = call.arguments.map((argument) => carriesOf(argument, report));
  const carried = all.includes("project") ? "project" : "constant";
  if (carried === "constant") return "constant";
  if (call.name === "scalar") {
    report(call, `scalar() mixes the series of all projects; compare series with series, on (${projectLabel}).`);
    return "constant";
  }
  if (call.name.startsWith("absent") && !asksForOne(call.arguments[0])) {
    report(call, `${call.name}() makes a series of no project; name one, as in ${call.name}(x{project="name"}).`);
  }
  refuseWritten(call, report);
  return "project";
}

/** `absent` takes the labels of its result from the matchers, and only where its argument is a bare selector. */
function asksForOne(argument: Expression | undefined): boolean {
  const selector = argument?.kind === "range" ? argument.selector : argument;
  if (selector?.kind !== "selector" || selector.at !== undefined) return false;
  if (argument?.kind === "range" && argument.at !== undefined) return false;
  const [only, ...others] = matchersOnProject(selector);
  return others.length === 0 && only?.operator === "=" && only.value !== "";
}

function carriedByAggregation(aggregation: Aggregation, report: Report): Carries {
  const { operator, grouping, parameter, expression } = aggregation;
  if (parameter) carriesOf(parameter, report);
  if (carriesOf(expression, report) === "constant") return "constant";
  refuseWritten(aggregation, report);
  const named = grouping?.labels.includes(projectLabel) ?? false;
  const because = "else the result belongs to no project.";
  if (grouping?.kind === "without") {
    if (named) report(aggregation, `Take ${projectLabel} out of without (…) of ${operator}, ${because}`);
  } else if (!named) {
    report(
      aggregation,
      `Add ${grouping ? `${projectLabel} to by (…)` : `by (${projectLabel})`} to ${operator}, ${because}`,
    );
  }
  return "project";
}

function carriedByBinary(binary: Binary, report: Report): Carries {
  const { operator, matching, left, right } = binary;
  const [ofLeft, ofRight] = [carriesOf(left, report), carriesOf(right, report)];
  if (ofLeft === "constant" && ofRight === "constant") return "constant";
  if (ofLeft === "project" && ofRight === "project") {
    const isMatched = matching === undefined || matching.labels.includes(projectLabel) === (matching.kind === "on");
    if (!isMatched && matching) {
      const advice = matching.kind === "on" ? `Add ${projectLabel} to on` : `Take ${projectLabel} out of ignoring`;
      report(matching, `${advice} (…): else ${operator} joins series of different projects.`);
    }
    return "project";
  }
  const constant = ofLeft === "constant" ? left : right;
  if (operators.get(operator)?.kind === "set") {
    const isFilter = operator !== "or" && constant === right;
    if (!isFilter) report(constant, `${operator} would give this too, which belongs to no project.`);
  } else if (valueTypeOf(constant) === "instant vector" && !isJoinedToMany(binary, constant)) {
    const side = constant === right ? "left" : "right";
    report(
      constant,
      `This has no project, and ${operator} would keep its labels; join it with on () group_${side}, or use a scalar.`,
    );
  }
  return "project";
}

/** Whether the other side of the operator keeps all its labels: it does where it is the many side. */
function isJoinedToMany({ matching, right }: Binary, constant: Expression): boolean {
  const group = matching?.group;
  return group?.side === (constant === right ? "left" : "right") && !group.labels.includes(projectLabel);
}

function refuseWritten(node: Call | Aggregation, report: Report): void {
  const label = writtenLabel(node);
  if (label?.value === projectLabel) {
    report(label, `The label ${projectLabel} says whose a series is; write to another label.`);
  }
}

function matchersOnProject({ matchers }: Selector) {
  return matchers.filter(({ name }) => name === projectLabel);
}
