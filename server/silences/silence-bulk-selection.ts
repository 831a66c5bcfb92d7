import type { Caller } from "../access/caller.js";
import { BadUserInputError, UpstreamUnavailableError } from "../core/errors.js";
import type { UserErrors } from "../graph/user-error.js";
import type { SilenceSelection, SilencesMatching } from "./silence-bulk-input.js";
import type { SilenceService } from "./silence-service.js";
import { requireUuid } from "./stored-silences.js";

/** All of them are written while the caller waits. */
const mostAtOnce = 100;

/** Finds out which silences a caller means. */
export class SilenceBulkSelection {
  constructor(private readonly silences: SilenceService) {}

  /**
   * The ids of the silences; what is wrong with the selection goes to `errors`. `done` are those that an earlier try of the
   * same request has changed, which may not be found again by what they are like.
   */
  async ids(
    caller: Caller,
    { ids, matching }: SilenceSelection,
    done: readonly string[],
    errors: UserErrors,
  ): Promise<readonly string[]> {
    if (matching) return this.#idsMatching(caller, matching, done, errors);
    const given = ids ?? [];
    requireCount(given.length, ["of", "ids"]);
    for (const [index, id] of given.entries()) requireUuid(id, ["of", "ids", String(index)]);
    return [...new Set(given)];
  }

  async #idsMatching(
    caller: Caller,
    { filter, expectedCount }: SilencesMatching,
    done: readonly string[],
    errors: UserErrors,
  ): Promise<readonly string[]> {
    requireCount(expectedCount, ["of", "matching", "expectedCount"]);
    if (done.length === expectedCount) return done;
    const editable = filter.viewerCanEdit === false ? [] : await this.#select(caller, filter);
    const all = new Set([...done, ...editable]);
    if (all.size === expectedCount) return [...all];
    const message = `There are ${all.size} such silences that you may change by now, not ${expectedCount}. Look at them again.`;
    errors.add("CONFLICT", message, ["of", "matching", "expectedCount"]);
    return done;
  }

  async #select(caller: Caller, filter: SilencesMatching["filter"]): Promise<readonly string[]> {
    const found = await this.silences.select(caller, { ...filter, viewerCanEdit: true });
    if (found === null) throw new UpstreamUnavailableError("No Alertmanager has told which silences there are.");
    return found.map(({ id }) => id);
  }
}

function requireCount(count: number, path: readonly string[]): void {
  if (count >= 1 && count <= mostAtOnce) return;
  throw new BadUserInputError(`"${path.join(".")}" must be of 1 to ${mostAtOnce} silences.`, path);
}
