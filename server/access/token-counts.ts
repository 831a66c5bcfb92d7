import { BatchSource } from "../core/loaders.js";
import type { ApiTokenRepository } from "./api-token-repository.js";
import type { Caller } from "./caller.js";

/** How many API tokens projects have that are neither revoked nor expired. */
export class TokenCounts {
  readonly #byProject = new BatchSource<string, number>((ids) => this.repository.validCounts(ids, this.now()));

  constructor(
    private readonly repository: ApiTokenRepository,
    private readonly now: () => Date,
  ) {}

  /** For display; null unless the caller may see the tokens. */
  async find(caller: Caller, projectId: string): Promise<number | null> {
    return caller.may("token.read", projectId) ? caller.loaders.for(this.#byProject).load(projectId) : null;
  }

  /** At this moment, within the transaction that is open if there is one. */
  async of(projectId: string): Promise<number> {
    const [count = 0] = await this.repository.validCounts([projectId], this.now());
    return count;
  }
}
