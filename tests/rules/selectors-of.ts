import type { TreeCursor } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** One matcher as the grammar finds it: name, operator and literal, each as written. */
export type FoundMatcher = readonly [name: string, operator: string, literal: string];

/**
 * The matchers of every selector that the grammar finds in a text, for checks that share no code with the server.
 * Throws when the grammar cannot read the text.
 */
export function selectorsOf(text: string): readonly (readonly FoundMatcher[])[] {
  const selectors: FoundMatcher[][] = [];
  const cursor = parser.parse(text).cursor();
  do {
    if (cursor.type.isError) throw new Error(`The grammar cannot read ${text}.`);
    if (cursor.name === "VectorSelector") selectors.push([]);
    if (cursor.name === "UnquotedLabelMatcher" || cursor.name === "QuotedLabelMatcher") {
      selectors.at(-1)?.push(matcherAt(cursor, text));
    }
  } while (cursor.next());
  return selectors;
}

function matcherAt(cursor: TreeCursor, text: string): FoundMatcher {
  const parts: string[] = [];
  for (let part = cursor.node.firstChild; part; part = part.nextSibling) parts.push(text.slice(part.from, part.to));
  const [name = "", operator = "", literal = ""] = parts;
  return [name, operator, literal];
}

const PROJECT_NAMES: readonly string[] = ["project", '"project"', "'project'", "`project`"];

/** Whether each selector has exactly one matcher on `project`, and it is `project="<name>"`. */
export function readsOnly(text: string, project: string): boolean {
  return selectorsOf(text).every((matchers) => {
    const [only, ...others] = matchers.filter(([name]) => PROJECT_NAMES.includes(name));
    return others.length === 0 && only?.join("") === `project="${project}"`;
  });
}
