import type { TokenLimits } from "../access/token-limits.js";
import type { UserError } from "../graph/user-error.js";
import type { LimitService } from "./limit-service.js";

/** The limit of projects on API tokens; one token may have roles in many projects, and counts in each. */
export class ProjectTokenLimits implements TokenLimits {
  constructor(
    private readonly limits: LimitService,
    private readonly countOf: (projectId: string) => Promise<number>,
  ) {}

  async refusal(
    projectIds: readonly string[],
    pathOf: (index: number) => readonly string[],
  ): Promise<UserError | null> {
    for (const [index, projectId] of projectIds.entries()) {
      const used = () => this.countOf(projectId);
      const growth = { limit: "apiTokens", by: 1, used, path: pathOf(index) } as const;
      const refusal = await this.limits.refusal(projectId, [growth]);
      if (refusal !== null) return refusal;
    }
    return null;
  }
}
