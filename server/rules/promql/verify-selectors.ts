import type { SyntaxNode, Tree } from "@lezer/common";
import { projectLabel } from "./language.js";
import { printString } from "./literals.js";

/**
 * Of each selector that the grammar finds in a printed expression, its matchers on `project`, for example `="a"`; null when
 * the grammar cannot read all of it. It shares nothing with the code that puts the matchers there.
 */
export function projectMatchersIn(tree: Tree, text: string): readonly (readonly string[])[] | null {
  const selectors: string[][] = [];
  let isReadable = true;
  tree.iterate({
    enter(node) {
      const isQuoted = node.name === "QuotedLabelName" || node.name === "QuotedLabelMatcher";
      if (node.type.isError || isQuoted) isReadable = false;
      if (node.name === "VectorSelector") selectors.push(matchersOf(node.node, text));
      return isReadable;
    },
  });
  return isReadable ? selectors : null;
}

function matchersOf(selector: SyntaxNode, text: string): string[] {
  const written = (node: SyntaxNode | null) => (node ? text.slice(node.from, node.to) : "");
  const matchers = selector.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
  return matchers
    .filter((matcher) => written(matcher.getChild("LabelName")) === projectLabel)
    .map((matcher) => written(matcher.getChild("MatchOp")) + written(matcher.getChild("StringLiteral")));
}

/** Whether every selector has exactly one matcher on `project`, with `=` and this project's name. */
export function everySelectorReads(tree: Tree, text: string, project: string): boolean {
  const wanted = `=${printString(project)}`;
  return projectMatchersIn(tree, text)?.every((found) => found.length === 1 && found[0] === wanted) ?? false;
}

/** Whether every selector leaves out the series of no project. */
export function everySelectorHasProject(tree: Tree, text: string): boolean {
  const excludes = (matcher: string) => matcher === '!=""' || /^="[^"\\]+"$/.test(matcher);
  return projectMatchersIn(tree, text)?.every((found) => found.some(excludes)) ?? false;
}
