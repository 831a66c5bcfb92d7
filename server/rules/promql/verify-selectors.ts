import type { SyntaxNode, Tree } from "@lezer/common";
import { projectLabel } from "./language.js";
import { printString } from "./literals.js";

/**
 * Whether the grammar finds, in every selector of a printed expression, exactly one matcher on `project`, with `=` and
 * this project's name. It shares nothing with the code that put the matchers there.
 */
export function everySelectorReads(tree: Tree, text: string, project: string): boolean {
  const wanted = printString(project);
  let holds = true;
  tree.iterate({
    enter(node) {
      const isQuoted = node.name === "QuotedLabelName" || node.name === "QuotedLabelMatcher";
      if (node.type.isError || isQuoted) holds = false;
      if (node.name === "VectorSelector") holds &&= selectorReads(node.node, text, wanted);
      return holds;
    },
  });
  return holds;
}

function selectorReads(selector: SyntaxNode, text: string, wanted: string): boolean {
  const written = (node: SyntaxNode | null) => (node ? text.slice(node.from, node.to) : "");
  const matchers = selector.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
  const onProject = matchers.filter((matcher) => written(matcher.getChild("LabelName")) === projectLabel);
  const [only] = onProject;
  return (
    onProject.length === 1 &&
    written(only?.getChild("MatchOp") ?? null) === "=" &&
    written(only?.getChild("StringLiteral") ?? null) === wanted
  );
}
