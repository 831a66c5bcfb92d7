/** What is wrong at one place of a text that a person wrote, and what to do about it. */
export interface TextProblem {
  readonly message: string;
  /** Where it begins, in UTF-16 units from the start of the text. */
  readonly from: number;
  /** Where it ends, exclusive, in UTF-16 units. */
  readonly to: number;
}

/** A stretch of the author's text, in UTF-16 units, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Ends the reading of a text at its first problem; caught where the reading began, never seen outside `rules/`. */
export class Refusal extends Error {
  readonly problem: TextProblem;

  constructor(message: string, { from, to }: Span) {
    super(message);
    this.problem = { message, from, to };
  }
}

/** The problem as one sentence, for where a position has no field of its own: lines and columns count from 1. */
export function describeProblem(text: string, { message, from }: TextProblem): string {
  const before = text.slice(0, from).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return text.includes("\n") ? `Line ${before.length}, column ${column}: ${message}` : `Column ${column}: ${message}`;
}
