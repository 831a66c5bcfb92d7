import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { Refusal, type TextProblem } from "../text-problem.js";
import { buildOperators, type OperatorToken } from "./build-operators.js";
import { describeSyntaxError } from "./describe-syntax-error.js";
import type { Aggregation, Expression, VectorMatching } from "./expression.js";
import { aggregations, functions, isGroupingLabel, operators } from "./language.js";
import { readNumber, readString } from "./literals.js";
import { nodeTreatments, unknownNode } from "./node-treatment.js";
import { readPostfix, readSelector } from "./parse-selector.js";
import { childNodes, textOf } from "./syntax-node.js";

/** How deep an expression may nest. */
export const mostDepth = 64;

/**
 * Reads a PromQL expression. Only what is listed in `language.ts` and `node-treatment.ts` gets through: a kind of node
 * that a later grammar may bring is refused, not ignored. Throws `Refusal` with the first thing that is wrong.
 */
export function parseExpression(text: string): Expression {
  return readTree(parser.parse(text), text);
}

/** As `parseExpression`, of a text that was parsed already. */
export function readTree(tree: Tree, text: string): Expression {
  refuseUnreadable(tree, text);
  const [expression, ...others] = childNodes(tree.topNode);
  if (!expression || others.length > 0) {
    throw new Refusal("Write one expression.", { from: 0, to: text.length });
  }
  return readExpression(expression, text, 1);
}

function refuseUnreadable(tree: Tree, text: string): void {
  let problem: TextProblem | undefined;
  tree.iterate({
    enter({ type, name, from, to }) {
      const treatment = nodeTreatments.get(name) ?? unknownNode;
      if (type.isError) problem ??= describeSyntaxError(text, from, to);
      else if (typeof treatment === "object") {
        problem ??= { message: `"${text.slice(from, to)}" may not be used: ${treatment.refused}.`, from, to };
      }
      // Prometheus ends a comment at a carriage return too, and would read as code what is a comment here.
      if (name === "LineComment" && text.slice(from, to - 1).includes("\r")) {
        problem ??= { message: "A comment holds a carriage return; end it with a line break.", from, to };
      }
      return problem === undefined;
    },
  });
  if (problem) throw new Refusal(problem.message, problem);
}

function readExpression(node: SyntaxNode, text: string, depth: number): Expression {
  if (depth > mostDepth) throw new Refusal(`Brackets nest deeper than ${mostDepth}; write it more simply.`, node);
  const tokens: OperatorToken[] = [];
  pushTokens(node, text, depth, tokens);
  return buildOperators(tokens);
}

/** Undoes the grammar's joining of operators: the tokens come out in the order of the text. */
function pushTokens(node: SyntaxNode, text: string, depth: number, tokens: OperatorToken[]): void {
  const { from } = node;
  switch (node.name) {
    case "BinaryExpr": {
      const children = childNodes(node);
      const [left, operator, right] = [children.at(0), children.at(1), children.at(-1)];
      if (!left || !operator || !right) throw new Refusal("An operand is missing.", node);
      pushTokens(left, text, depth, tokens);
      tokens.push(readOperator(operator, children.slice(2, -1), text));
      pushTokens(right, text, depth, tokens);
      return;
    }
    case "UnaryExpr": {
      const [sign, operand] = childNodes(node);
      if (sign?.name !== "UnaryOp" || !operand) throw new Refusal("An operand is missing.", node);
      tokens.push({ kind: "sign", operator: textOf(sign, text) === "-" ? "-" : "+", from, to: sign.to });
      pushTokens(operand, text, depth, tokens);
      return;
    }
    case "MatrixSelector":
    case "SubqueryExpr":
    case "OffsetExpr":
    case "StepInvariantExpr": {
      const [operand] = childNodes(node);
      if (!operand) throw new Refusal("An operand is missing.", node);
      pushTokens(operand, text, depth, tokens);
      tokens.push({ kind: "postfix", applyTo: readPostfix(node, text) });
      return;
    }
    case "NumberDurationLiteral": {
      const written = textOf(node, text);
      const sign = written[0];
      if (sign === "-" || sign === "+") tokens.push({ kind: "sign", operator: sign, from, to: from + 1 });
      const value = readNumber(written.replace(/^[-+]\s*/, ""), node);
      tokens.push({ kind: "operand", expression: { kind: "number", value, from, to: node.to } });
      return;
    }
    default:
      tokens.push({ kind: "operand", expression: readOperand(node, text, depth) });
  }
}

function readOperand(node: SyntaxNode, text: string, depth: number): Expression {
  const { from, to } = node;
  switch (node.name) {
    case "StringLiteral":
      return { kind: "string", value: readString(textOf(node, text), node), from, to };
    case "VectorSelector":
      return readSelector(node, text);
    case "ParenExpr": {
      const [inner] = childNodes(node);
      if (!inner) throw new Refusal("Nothing stands in these parentheses.", node);
      return { kind: "parenthesised", expression: readExpression(inner, text, depth + 1), from, to };
    }
    case "FunctionCall": {
      const [identifier, body] = childNodes(node);
      const name = identifier ? textOf(identifier, text) : "";
      if (!functions.has(name) || !body) {
        throw new Refusal(`The function "${name}" may not be used here.`, identifier ?? node);
      }
      return { kind: "call", name, arguments: readArguments(body, text, depth), from, to };
    }
    case "AggregateExpr":
      return readAggregation(node, text, depth);
    default:
      throw new Refusal(`"${textOf(node, text)}" uses a feature of PromQL that is not supported here.`, node);
  }
}

function readArguments(body: SyntaxNode, text: string, depth: number): readonly Expression[] {
  return childNodes(body).map((argument) => readExpression(argument, text, depth + 1));
}

function readAggregation(node: SyntaxNode, text: string, depth: number): Aggregation {
  let operator = "";
  let grouping: Aggregation["grouping"];
  let found: readonly Expression[] = [];
  for (const child of childNodes(node)) {
    if (child.name === "AggregateOp") operator = textOf(child, text).toLowerCase();
    else if (child.name === "AggregateModifier") grouping = readGrouping(child, text);
    else if (child.name === "FunctionCallBody") found = readArguments(child, text, depth);
    else throw new Refusal("This is not understood in an aggregation.", child);
  }
  const signature = aggregations.get(operator);
  if (!signature) throw new Refusal(`The aggregation "${operator}" may not be used here.`, node);
  const expected = signature.parameter ? 2 : 1;
  const [first, second] = found;
  if (!first || found.length !== expected) {
    const wanted = signature.parameter ? `a ${signature.parameter} and an instant vector` : "one instant vector";
    throw new Refusal(`${operator} takes ${wanted}; ${found.length} given.`, node);
  }
  const span = { from: node.from, to: node.to };
  if (!second) return { kind: "aggregation", operator, grouping, expression: first, ...span };
  return { kind: "aggregation", operator, grouping, parameter: first, expression: second, ...span };
}

function readGrouping(node: SyntaxNode, text: string): NonNullable<Aggregation["grouping"]> {
  const [word, list] = childNodes(node);
  if (!word || !list) throw new Refusal("The list of labels is missing.", node);
  return { kind: word.name === "By" ? "by" : "without", labels: readLabels(list, text) };
}

function readLabels(list: SyntaxNode, text: string): readonly string[] {
  return childNodes(list).map((label) => {
    const name = textOf(label, text);
    if (label.name !== "LabelName" || !isGroupingLabel(name)) {
      throw new Refusal(`${name} cannot be used as a label here.`, label);
    }
    return name;
  });
}

function readOperator(node: SyntaxNode, modifiers: readonly SyntaxNode[], text: string): OperatorToken {
  const operator = textOf(node, text).toLowerCase();
  if (!operators.has(operator)) throw new Refusal(`The operator "${operator}" may not be used here.`, node);
  let returnsBool = false;
  let matching: VectorMatching | undefined;
  for (const modifier of modifiers) {
    if (modifier.name === "BoolModifier") returnsBool = true;
    else if (modifier.name === "MatchingModifierClause") matching = readMatching(modifier, text);
    else throw new Refusal(`"${textOf(modifier, text)}" is not supported.`, modifier);
  }
  return { kind: "binary", operator, returnsBool, matching, from: node.from, to: node.to };
}

function readMatching(node: SyntaxNode, text: string): VectorMatching {
  const [word, list, side, included] = childNodes(node);
  if (!word || !list) throw new Refusal("The list of labels is missing.", node);
  const kind = word.name === "On" ? "on" : "ignoring";
  const group: VectorMatching["group"] = side && {
    side: side.name === "GroupLeft" ? "left" : "right",
    labels: included ? readLabels(included, text) : [],
  };
  return { kind, labels: readLabels(list, text), group, from: node.from, to: node.to };
}
