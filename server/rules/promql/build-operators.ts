import { Refusal, type Span } from "../text-problem.js";
import type { Expression, VectorMatching } from "./expression.js";
import { operators, rightAssociative, signPrecedence } from "./language.js";

/** One piece of an expression between two brackets, in the order of the text. */
export type OperatorToken =
  | { readonly kind: "operand"; readonly expression: Expression }
  | ({ readonly kind: "sign"; readonly operator: "-" | "+" } & Span)
  | ({
      readonly kind: "binary";
      readonly operator: string;
      readonly returnsBool: boolean;
      readonly matching?: VectorMatching;
    } & Span)
  | { readonly kind: "postfix"; readonly applyTo: (expression: Expression) => Expression };

/**
 * Joins operands and operators by Prometheus's precedence. The grammar's own joining is not used: it lets `offset`, `@`
 * and ranges bind to the whole of `a + b` where Prometheus binds them to `b`, and reads `-1 ^ 2` as `(-1) ^ 2`.
 */
export function buildOperators(tokens: readonly OperatorToken[]): Expression {
  let next = 0;

  function operand(): Expression {
    const token = tokens[next++];
    if (token?.kind === "sign") return signed(token, binaries(signPrecedence + 1));
    // The grammar alternates operands and operators, so this is out of reach; refusing is the safe answer all the same.
    if (token?.kind !== "operand") throw new Refusal("An operand is missing.", { from: 0, to: 0 });
    let expression = token.expression;
    for (let after = tokens[next]; after?.kind === "postfix"; after = tokens[++next]) {
      expression = after.applyTo(expression);
    }
    return expression;
  }

  function binaries(leastPrecedence: number): Expression {
    let left = operand();
    for (;;) {
      const token = tokens[next];
      if (token?.kind !== "binary") return left;
      const precedence = operators.get(token.operator)?.precedence ?? 0;
      if (precedence < leastPrecedence) return left;
      next++;
      const right = binaries(token.operator === rightAssociative ? precedence : precedence + 1);
      const { operator, returnsBool, matching } = token;
      left = { kind: "binary", operator, returnsBool, matching, left, right, from: left.from, to: right.to };
    }
  }

  return binaries(1);
}

function signed({ operator, from }: { readonly operator: "-" | "+" } & Span, expression: Expression): Expression {
  if (expression.kind === "number") {
    return { ...expression, value: operator === "-" ? -expression.value : expression.value, from };
  }
  return { kind: "unary", operator, expression, from, to: expression.to };
}
