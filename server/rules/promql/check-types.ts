import type { TextProblem } from "../text-problem.js";
import type { Aggregation, Binary, Call, Expression } from "./expression.js";
import { aggregations, functions, operators, type ValueType } from "./language.js";

const vector = "instant vector";
const scalar = "scalar";

/** Checks types as Prometheus does when it loads a rule (promql/parser/parse.go, `checkAST`), and that a rule can use the result. */
export function checkTypes(expression: Expression): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  const report = ({ from, to }: Expression, message: string) => void problems.push({ message, from, to });
  const type = typeOf(expression, report);
  if (problems.length === 0 && type !== vector && type !== scalar) {
    report(expression, `A rule needs an instant vector or a scalar, and this is ${withArticle(type)}.${hintFor(type)}`);
  }
  return problems;
}

/** The type of an expression whose types are right. */
export function valueTypeOf(expression: Expression): ValueType {
  return typeOf(expression, () => {});
}

type Report = (expression: Expression, message: string) => void;

function typeOf(expression: Expression, report: Report): ValueType {
  switch (expression.kind) {
    case "number":
      return scalar;
    case "string":
      return "string";
    case "selector":
      return vector;
    case "range":
      return "range vector";
    case "parenthesised":
      return typeOf(expression.expression, report);
    case "unary": {
      const type = typeOf(expression.expression, report);
      if (type === vector || type === scalar) return type;
      report(expression, `A sign goes before a scalar or an instant vector, and this is ${withArticle(type)}.`);
      return vector;
    }
    case "subquery":
      expect(vector, expression.expression, "A subquery", report);
      return "range vector";
    case "call":
      return typeOfCall(expression, report);
    case "aggregation":
      return typeOfAggregation(expression, report);
    case "binary":
      return typeOfBinary(expression, report);
  }
}

function typeOfCall(call: Call, report: Report): ValueType {
  const signature = functions.get(call.name);
  if (!signature) throw new Error(`The parser let the unknown function ${call.name} through.`);
  const { takes, optional, repeats, gives } = signature;
  const count = call.arguments.length;
  if (count < takes.length - optional || (!repeats && count > takes.length)) {
    const all = takes.join(", ") + (repeats ? ", …" : "");
    const wanted = takes.length === 0 ? "no arguments" : `(${all})${optional > 0 ? ", the last may be left out" : ""}`;
    report(call, `${call.name} takes ${wanted}; ${count} given.`);
    return gives;
  }
  call.arguments.forEach((argument, index) => {
    const wanted = takes[index] ?? takes.at(-1);
    if (wanted) expect(wanted, argument, `Argument ${index + 1} of ${call.name}`, report);
  });
  return gives;
}

function typeOfAggregation({ operator, parameter, expression }: Aggregation, report: Report): ValueType {
  const wanted = aggregations.get(operator)?.parameter;
  if (parameter && wanted) expect(wanted, parameter, `The parameter of ${operator}`, report);
  expect(vector, expression, operator, report);
  return vector;
}

function typeOfBinary(binary: Binary, report: Report): ValueType {
  const { operator, returnsBool, matching } = binary;
  const kind = operators.get(operator)?.kind;
  const left = operandType(binary.left, operator, report);
  const right = operandType(binary.right, operator, report);
  const bothVectors = left === vector && right === vector;
  if (returnsBool && kind !== "comparison") {
    report(binary, `"bool" goes only behind a comparison, and ${operator} is none.`);
  }
  if (kind === "comparison" && left === scalar && right === scalar && !returnsBool) {
    report(binary, `Comparing two scalars needs "bool": write ${operator} bool.`);
  }
  if (kind === "set" && !bothVectors) {
    report(binary, `${operator} joins two instant vectors; wrap a scalar in vector().`);
  } else if (matching && !bothVectors) {
    report(binary, `"${matching.kind}" matches two instant vectors; remove it beside a scalar.`);
  }
  if (matching?.group && kind === "set") {
    report(binary, `group_${matching.group.side} cannot be used with ${operator}; remove it.`);
  }
  const twice = matching?.kind === "on" && matching.group?.labels.find((label) => matching.labels.includes(label));
  if (twice) report(binary, `The label "${twice}" may not be both in "on" and in "group_…".`);
  return left === scalar && right === scalar ? scalar : vector;
}

function operandType(operand: Expression, operator: string, report: Report): ValueType {
  const type = typeOf(operand, report);
  if (type === vector || type === scalar) return type;
  report(operand, `${operator} takes scalars and instant vectors, and this is ${withArticle(type)}.${hintFor(type)}`);
  return vector;
}

function expect(wanted: ValueType, expression: Expression, what: string, report: Report): void {
  const type = typeOf(expression, report);
  if (type === wanted) return;
  const hint = wanted === "range vector" && type === vector ? " Add a range such as [5m]." : hintFor(type);
  report(expression, `${what} must be ${withArticle(wanted)}, and this is ${withArticle(type)}.${hint}`);
}

function hintFor(type: ValueType): string {
  return type === "range vector" ? " Wrap it in a function such as rate()." : "";
}

function withArticle(type: ValueType): string {
  return type === vector ? `an ${type}` : `a ${type}`;
}
