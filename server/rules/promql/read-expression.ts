import { Refusal, type TextProblem } from "../text-problem.js";
import { checkLimits } from "./check-limits.js";
import { checkStrings } from "./check-strings.js";
import { checkTypes } from "./check-types.js";
import type { Expression } from "./expression.js";
import { type ExpressionLimits, mostExpressionCharacters } from "./expression-limits.js";
import { parseExpression } from "./parse-expression.js";

/** An expression that was read, or what is wrong with it. */
export type ReadResult =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problems: readonly TextProblem[] };

/** Reads an expression and runs every check that does not depend on whose it is. */
export function readExpression(text: string, limits: ExpressionLimits): ReadResult {
  try {
    refuseText(text, Math.min(limits.characters, mostExpressionCharacters));
    const expression = parseExpression(text);
    for (const check of [checkLimits, checkTypes, checkStrings]) {
      const problems = check(expression, limits);
      if (problems.length > 0) return { ok: false, problems };
    }
    return { ok: true, expression };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problems: [error.problem] };
    throw error;
  }
}

function refuseText(text: string, mostCharacters: number): void {
  const whole = { from: 0, to: text.length };
  if (text.length > mostCharacters) {
    throw new Refusal(`An expression may have ${mostCharacters} characters; this one has ${text.length}.`, whole);
  }
  if (text.trim() === "") throw new Refusal("Write an expression, for example up == 0.", whole);
  const broken = /\p{Surrogate}/u.exec(text);
  if (broken) {
    throw new Refusal("Half a character stands here; remove it.", { from: broken.index, to: broken.index + 1 });
  }
}
