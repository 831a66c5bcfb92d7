import { PatternReader } from "../pattern-reader.js";
import { Refusal, type TextProblem } from "../text-problem.js";
import { readPipeline } from "./read-pipeline.js";
import { scanTemplate, type TemplateAction } from "./scan-template.js";

/** What is wrong at one place of a template, and what to do about it. */
export type TemplateProblem = TextProblem;

/** The longest template that is read, in UTF-16 units. */
export const mostTemplateCharacters = 4096;

/** How many times longer than what it reads the result of a template may become. */
const mostGrowth = 256;

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
  if (text.length > mostTemplateCharacters) {
    return [{ message: `A template may have ${mostTemplateCharacters} characters.`, from: 0, to: text.length }];
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
        throw new Refusal("This makes its text too long; replace less, or in fewer steps.", action);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.problem);
    }
  }
  if (problems.length > mostProblems) return problems.slice(0, mostProblems);
  const unclosed = open.at(-1)?.action;
  if (unclosed) problems.push({ message: "This block lacks its {{ end }}.", from: unclosed.from, to: unclosed.to });
  return problems;
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
