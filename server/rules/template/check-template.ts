import { PatternReader } from "../pattern-reader.js";
import { Refusal, type TextProblem } from "../text-problem.js";
import { readPipeline } from "./read-pipeline.js";
import { scanTemplate, type TemplateAction } from "./scan-template.js";
import { labelsInAll } from "./template-value.js";

/** What is wrong at one place of a template, and what to do about it. */
export type TemplateProblem = TextProblem;

/** The longest template that is read, in UTF-16 units. */
export const mostTemplateCharacters = 4096;

/**
 * How many labels or values long all templates of a rule together may make what they print: `$labels` once, and 32
 * besides. Prometheus fills them in for each series that the expression gives, at every evaluation, and keeps the outcome
 * of those that are alerts: what a label of 2 kB becomes by being read often, each of them has in its memory.
 */
const mostGrowth = labelsInAll + 32;

const mostDepth = 16;
const mostProblems = 10;

/** What is not allowed and yet has an `{{ end }}`, so that one problem does not become two. */
const refusedBlocks: ReadonlySet<string> = new Set(["range", "with", "define", "block"]);

interface OpenBlock {
  readonly action: TemplateAction;
  hasElse: boolean;
}

/**
 * Checks a Go template of an alert's label or annotation: it may read the alert's own labels and value, and format
 * them. Whatever else Prometheus offers there, `query` above all, would show a project what is not its own.
 */
export function checkTemplate(text: string): readonly TemplateProblem[] {
  return readTemplate(text).problems;
}

/** What is wrong with templates that each may be right, but are too much for one rule; null when they are not. */
export function checkTemplatesTogether(texts: readonly string[]): string | null {
  const growth = texts.reduce((sum, text) => sum + readTemplate(text).growth, 0);
  if (growth <= mostGrowth) return null;
  return (
    `The templates of a rule's labels and annotations may read ${mostGrowth} labels and values in all, and these read ` +
    `${growth}: each time counts, $labels itself as ${labelsInAll}, and what reReplaceAll lengthens as often.`
  );
}

interface ReadTemplate {
  readonly problems: readonly TemplateProblem[];
  /** How many labels or values long what it prints may become. */
  readonly growth: number;
}

function readTemplate(text: string): ReadTemplate {
  if (text.length > mostTemplateCharacters) {
    const message = `A template may have ${mostTemplateCharacters} characters.`;
    return { problems: [{ message, from: 0, to: text.length }], growth: 0 };
  }
  const problems: TemplateProblem[] = [];
  const open: OpenBlock[] = [];
  const patterns = new PatternReader((span, message) => {
    throw new Refusal(message, span);
  });
  let growth = 0;
  for (const action of scanTemplate(text)) {
    try {
      growth += readAction(action, open, patterns);
      if (growth > mostGrowth)
        throw new Refusal("This makes its text too long; read fewer labels, or replace less.", action);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.problem);
    }
  }
  if (problems.length > mostProblems) return { problems: problems.slice(0, mostProblems), growth };
  const unclosed = open.at(-1)?.action;
  if (unclosed) problems.push({ message: "This block lacks its {{ end }}.", from: unclosed.from, to: unclosed.to });
  return { problems, growth };
}

/** Follows the blocks and reads the pipeline; gives how much longer the action makes what it reads. */
function readAction(action: TemplateAction, open: OpenBlock[], patterns: PatternReader): number {
  const [first, second] = action.tokens;
  const keyword = first?.kind === "word" ? first.text : "";
  const isOnly = action.tokens.length === 1;
  if (refusedBlocks.has(keyword)) {
    open.push({ action, hasElse: false });
    throw new Refusal(`"${keyword}" may not be used: write {{ if … }} and $labels instead.`, first ?? action);
  }
  if (keyword === "if") open.push({ action, hasElse: false });
  if (open.length > mostDepth) throw new Refusal(`Blocks nest deeper than ${mostDepth}.`, action);
  if (keyword === "end" && open.pop() === undefined) throw new Refusal("No block is open here; remove it.", action);
  if (keyword === "else") continueBlock(open.at(-1), second?.text === "if", action);
  if (action.problem) throw new Refusal(action.problem.message, action.problem);
  if ((keyword === "end" || keyword === "else") && isOnly) return 0;
  if (keyword === "end") throw new Refusal("Nothing may follow end.", action);
  const isElseIf = keyword === "else" && second?.kind === "word" && second.text === "if";
  if (keyword === "else" && !isElseIf) throw new Refusal('Only "if" may follow else.', action);
  const words = keyword === "if" ? 1 : isElseIf ? 2 : 0;
  return readPipeline(action.tokens.slice(words), action, patterns).growth;
}

function continueBlock(block: OpenBlock | undefined, isElseIf: boolean, action: TemplateAction): void {
  if (!block || block.hasElse) throw new Refusal("No {{ if … }} is open here; remove it.", action);
  block.hasElse = !isElseIf;
}
