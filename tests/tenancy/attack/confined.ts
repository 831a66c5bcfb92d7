/** Between two operands, or after one; anywhere else such a word is the name of a metric. */
const afterOperand = new Set(["and", "or", "unless", "atan2", "offset"]);
const beforeOperand = new Set(["bool", "group_left", "group_right"]);
const numbers = new Set(["inf", "nan"]);
const stringLiteral = /"(?:[^"\\]|\\.)*"/g;
const token = /"\d+"|[a-zA-Z_:][a-zA-Z0-9_:]*|\{[^}]*\}|\[[^\]]*\]|\(|\)|[\d.][\w.]*(?:(?<=\de)[+-]\d+)?|[^\s]/gi;

/**
 * Says which part of an expression could read more than the project's series, or null. It reads what Prometheus itself has
 * printed: there each string stands in double quotes, each matcher in braces, and nothing is a comment. It shares no code, and
 * no grammar, with the checks of the product.
 */
export function unconfinedPart(printed: string, project: string): string | null {
  const strings: string[] = [];
  const plain = printed.replace(stringLiteral, (literal) => `"${strings.push(literal) - 1}"`);
  const tokens = plain.match(token) ?? [];
  for (const [index, part] of tokens.entries()) {
    if (part.startsWith("{") && !isConfined(part, strings, project)) return part;
    if (!/^[a-z_:]/i.test(part) || isInGrouping(tokens, index)) continue;
    const [before = "", next = ""] = [tokens[index - 1], tokens[index + 1]];
    const isWord =
      (afterOperand.has(part) && /[)}\]\w]$/.test(before)) ||
      (beforeOperand.has(part) && /^[\w({]/.test(next)) ||
      numbers.has(part.toLowerCase());
    if (next !== "(" && !next.startsWith("{") && !isWord && !isAggregation(tokens, index)) return part;
  }
  return null;
}

/** `sum by (a) (x)`. */
function isAggregation(tokens: readonly string[], index: number): boolean {
  return ["by", "without"].includes(tokens[index + 1] ?? "");
}

/** Names of labels, in `by (…)` and the like. */
function isInGrouping(tokens: readonly string[], index: number): boolean {
  let at = index - 1;
  while (at >= 0 && /^([a-z_]\w*|,)$/i.test(tokens[at] ?? "")) at--;
  return tokens[at] === "(" && /^(by|without|on|ignoring|group_left|group_right)$/.test(tokens[at - 1] ?? "");
}

function isConfined(braces: string, strings: readonly string[], project: string): boolean {
  const matchers = braces
    .slice(1, -1)
    .split(",")
    .map((one) => one.trim());
  const onProject = matchers.filter((one) => /^project\b/.test(one));
  const [only] = onProject;
  const place = /^project="(\d+)"$/.exec(only ?? "")?.[1];
  const isPlain = matchers.every((one) => /^[a-zA-Z_]\w*(=|!=|=~|!~)"\d+"$/.test(one));
  return isPlain && onProject.length === 1 && place !== undefined && strings[Number(place)] === JSON.stringify(project);
}
