import type { Span } from "../text-problem.js";

/** How a matcher compares a label's value. */
export type MatchOperator = "=" | "!=" | "=~" | "!~";

/** One condition of a selector, for example `job=~"a.*"`. */
export interface Matcher extends Span {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/** The `offset` and `@` that selectors and subqueries may carry; `at` in seconds since 1970, or an end of the query's range. */
export interface Placement {
  readonly offsetMs?: number;
  readonly at?: number | "start" | "end";
}

/** A PromQL expression, without comments, white space and other things that mean nothing. */
export type Expression =
  | NumberLiteral
  | StringLiteral
  | Selector
  | RangeSelector
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Unary
  | Parenthesised;

export interface NumberLiteral extends Span {
  readonly kind: "number";
  readonly value: number;
}

export interface StringLiteral extends Span {
  readonly kind: "string";
  readonly value: string;
}

/** An instant vector selector; `name` is the metric name written before the braces. */
export interface Selector extends Span, Placement {
  readonly kind: "selector";
  readonly name?: string;
  readonly matchers: readonly Matcher[];
}

/** A range vector selector, `selector[range]`; the placement is the range's own, its selector has none. */
export interface RangeSelector extends Span, Placement {
  readonly kind: "range";
  readonly selector: Selector;
  readonly rangeMs: number;
}

/** `expression[range:step]`. */
export interface Subquery extends Span, Placement {
  readonly kind: "subquery";
  readonly expression: Expression;
  readonly rangeMs: number;
  readonly stepMs: number;
}

/** A function call. */
export interface Call extends Span {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Expression[];
}

/** An aggregation over a vector; `parameter` is the k of topk, the quantile, or the label of count_values. */
export interface Aggregation extends Span {
  readonly kind: "aggregation";
  readonly operator: string;
  readonly grouping?: { readonly kind: "by" | "without"; readonly labels: readonly string[] };
  readonly parameter?: Expression;
  readonly expression: Expression;
}

/** How the series of the two sides of an operator find one another. */
export interface VectorMatching extends Span {
  readonly kind: "on" | "ignoring";
  readonly labels: readonly string[];
  readonly group?: { readonly side: "left" | "right"; readonly labels: readonly string[] };
}

/** An operator between two expressions. */
export interface Binary extends Span {
  readonly kind: "binary";
  readonly operator: string;
  readonly returnsBool: boolean;
  readonly matching?: VectorMatching;
  readonly left: Expression;
  readonly right: Expression;
}

/** A sign before an expression; before a number it is part of the number instead. */
export interface Unary extends Span {
  readonly kind: "unary";
  readonly operator: "-" | "+";
  readonly expression: Expression;
}

/** The author's own parentheses, kept so that the printed form reads as it was written. */
export interface Parenthesised extends Span {
  readonly kind: "parenthesised";
  readonly expression: Expression;
}

/** All direct children, aggregation parameters included: a child that is left out here would escape every check. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "number":
    case "string":
    case "selector":
      return [];
    case "range":
      return [expression.selector];
    case "call":
      return expression.arguments;
    case "aggregation":
      return expression.parameter ? [expression.parameter, expression.expression] : [expression.expression];
    case "binary":
      return [expression.left, expression.right];
    case "subquery":
    case "unary":
    case "parenthesised":
      return [expression.expression];
  }
}

/** The same expression with every selector, wherever it stands, replaced by what `change` makes of it. */
export function mapSelectors(expression: Expression, change: (selector: Selector) => Selector): Expression {
  const map = (child: Expression) => mapSelectors(child, change);
  switch (expression.kind) {
    case "number":
    case "string":
      return expression;
    case "selector":
      return change(expression);
    case "range":
      return { ...expression, selector: change(expression.selector) };
    case "call":
      return { ...expression, arguments: expression.arguments.map(map) };
    case "aggregation": {
      const parameter = expression.parameter && map(expression.parameter);
      return { ...expression, parameter, expression: map(expression.expression) };
    }
    case "binary":
      return { ...expression, left: map(expression.left), right: map(expression.right) };
    case "subquery":
    case "unary":
    case "parenthesised":
      return { ...expression, expression: map(expression.expression) };
  }
}

/** What stands inside any number of parentheses: where PromQL asks for a string it looks through them, and so must checks. */
export function withoutParentheses(expression: Expression): Expression {
  return expression.kind === "parenthesised" ? withoutParentheses(expression.expression) : expression;
}

/** Calls `visit` for the expression and everything in it, parents first. */
export function walk(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  for (const child of childrenOf(expression)) walk(child, visit);
}
