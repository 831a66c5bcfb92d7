import { parser } from "@prometheus-io/lezer-promql";

const controlCharacter = /[^\P{Cc}\n\t]/u;

/**
 * Says why an expression may not run for a project, or undefined. Every selector must hold exactly one matcher on
 * `project`, and that one must be `project="<name>"`. It trusts nothing that the server said: this is the second of two
 * doors, written apart from the first.
 */
export function selectorProblem(expression: string, project: string): string | undefined {
  if (expression.trim() === "") return "the expression is empty";
  // A carriage return ends a comment for Prometheus and not for this parser.
  if (controlCharacter.test(expression)) return "the expression holds control characters";
  const matchers: number[] = [];
  let problem: string | undefined;
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) problem ??= `the expression cannot be parsed at character ${node.from + 1}`;
      else if (node.name === "LineComment") problem ??= "the expression holds a comment";
      else if (node.name.startsWith("Quoted")) problem ??= "the expression holds a quoted label name";
      else if (node.name === "VectorSelector") matchers.push(0);
      else if (node.name === "UnquotedLabelMatcher") {
        const text = expression.slice(node.from, node.to);
        if (!/^project(?![a-zA-Z0-9_])/.test(text)) return false;
        matchers.push((matchers.pop() ?? 0) + 1);
        if (!isForced(text, project)) problem ??= `a selector asks for another project: ${text}`;
        return false;
      }
      return problem === undefined;
    },
  });
  if (problem !== undefined) return problem;
  const wrong = matchers.find((count) => count !== 1);
  if (wrong === undefined) return undefined;
  return wrong === 0 ? `a selector lacks project="${project}"` : "a selector has more than one matcher on project";
}

function isForced(matcher: string, project: string): boolean {
  const match = /^project\s*=\s*(["'`])([a-z0-9-]+)\1$/.exec(matcher);
  return match?.[2] === project;
}
