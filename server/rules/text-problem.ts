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
