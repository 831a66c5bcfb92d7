import type { UserError } from "../graph/user-error.js";

/** Holds projects to their limits on tokens; asked of the domain that knows them. */
export interface TokenLimits {
  /** Says which of the projects may not have one token more, or null; inside the transaction that is to add it. */
  refusal(projectIds: readonly string[]): Promise<UserError | null>;
}
