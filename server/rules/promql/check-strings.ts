import { PatternReader } from "../pattern-reader.js";
import type { Span, TextProblem } from "../text-problem.js";
import { type Expression, type Matcher, type Selector, walk } from "./expression.js";
import { isLabelName } from "./language.js";
import { joinedLabels, replacedPattern, writtenLabel } from "./string-arguments.js";

/** Checks what is written in strings: regular expressions, names of labels, and that each selector asks for something. */
export function checkStrings(expression: Expression): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  const report = ({ from, to }: Span, message: string) => void problems.push({ message, from, to });
  const patterns = new PatternReader(report);

  function checkSelector(selector: Selector): void {
    const mayBeEmpty = selector.matchers.map((matcher) => takesEmpty(matcher, patterns));
    if (selector.name === undefined && !mayBeEmpty.includes(false)) {
      report(
        selector,
        'Every matcher here takes the empty value too; add a metric name or a matcher such as job="web".',
      );
    }
  }

  walk(expression, (node) => {
    if (node.kind === "selector") checkSelector(node);
    for (const label of [writtenLabel(node) ?? [], joinedLabels(node)].flat()) {
      if (!isLabelName(label.value))
        report(label, `"${label.value}" is no name for a label: use letters, digits and _.`);
    }
    const pattern = replacedPattern(node);
    if (pattern) patterns.read(pattern.value, pattern);
  });
  return problems;
}

function takesEmpty(matcher: Matcher, patterns: PatternReader): boolean {
  switch (matcher.operator) {
    case "=":
      return matcher.value === "";
    case "!=":
      return matcher.value !== "";
    case "=~":
      return patterns.read(matcher.value, matcher)?.("") ?? false;
    case "!~":
      return !(patterns.read(matcher.value, matcher)?.("") ?? true);
  }
}
