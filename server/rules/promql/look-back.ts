import { childrenOf, type Expression } from "./expression.js";

/** How far back an expression looks, in milliseconds: its ranges and offsets, one within the other. 0 for what is now. */
export function lookBackMs(expression: Expression): number {
  const offset = "offsetMs" in expression ? Math.max(0, expression.offsetMs ?? 0) : 0;
  const range = "rangeMs" in expression ? expression.rangeMs : 0;
  return offset + range + Math.max(0, ...childrenOf(expression).map(lookBackMs));
}

/** The names of the series that an expression asks for. */
export function seriesIn(expression: Expression): ReadonlySet<string> {
  const own = expression.kind === "selector" ? namesOf(expression.name, expression.matchers) : [];
  return new Set([...own, ...childrenOf(expression).flatMap((child) => [...seriesIn(child)])]);
}

function namesOf(
  name: string | undefined,
  matchers: readonly { readonly name: string; readonly operator: string; readonly value: string }[],
): readonly string[] {
  const written = matchers.filter((matcher) => matcher.name === "__name__" && matcher.operator === "=");
  return [...(name === undefined ? [] : [name]), ...written.map(({ value }) => value)];
}
