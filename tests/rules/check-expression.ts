import { defaultExpressionLimits, type ExpressionLimits } from "../../server/rules/promql/expression-limits.js";
import { printExpression } from "../../server/rules/promql/print-expression.js";
import { readExpression } from "../../server/rules/promql/read-expression.js";
import type { TextProblem } from "../../server/rules/text-problem.js";

/** What the reader makes of an expression, whoever's it is: its canonical form, or what is wrong with it. */
export type CheckResult =
  | { readonly ok: true; readonly canonical: string }
  | { readonly ok: false; readonly problems: readonly TextProblem[] };

/** Reads an expression as the server does before it confines it. */
export function checkExpression(text: string, limits: ExpressionLimits = defaultExpressionLimits): CheckResult {
  const read = readExpression(text, limits);
  return read.ok ? { ok: true, canonical: printExpression(read.expression) } : read;
}
