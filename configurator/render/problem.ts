/** Something of one project, or of all when none is named, that could not be carried out as it was asked for. */
export interface Problem {
  /** The project's id. */
  readonly project?: string;
  /** The file it is about, relative to the output's folder. */
  readonly file?: string;
  /** For whoever can mend it, in the words of the graph. */
  readonly message: string;
}
