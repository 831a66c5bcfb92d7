import type { UserError } from "../graph/user-error.js";

/** Holds projects to their limits on tokens; asked of the domain that knows them. */
export interface TokenLimits {
  /**
   * Says which of the projects may not have one token more that works, or null; inside the transaction that is to add it.
   * `path` is that of the input which asks for it in the nth project.
   */
  refusal(projectIds: readonly string[], path: (index: number) => readonly string[]): Promise<UserError | null>;
}
