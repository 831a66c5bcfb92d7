import type { Caller, IdempotencyKey } from "../../access/caller.js";
import type { ChangeLog } from "../../audit/change-log.js";
import type { UserError } from "../../graph/user-error.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { AcknowledgementResult } from "./acknowledgement-payloads.js";

/** What came of a mutation of several: of each, and the mistakes about all of them. */
export interface SeveralAcknowledgements {
  readonly results: readonly AcknowledgementResult[];
  readonly userErrors: readonly UserError[];
}

/** A mutation of several, and what a repeat of it answers. */
export interface SeveralAct {
  readonly act: (key: IdempotencyKey | null) => Promise<SeveralAcknowledgements>;
  /** What came of the request that is repeated, of which the change log names the first object; null when that is gone. */
  readonly found: (firstId: string) => Promise<SeveralAcknowledgements | null>;
}

/** Runs a mutation of several once per idempotency key. Mistakes about some of them are no reason to do the others again. */
export async function inOneAnswer(
  changes: ChangeLog,
  caller: Caller,
  { act, found }: SeveralAct,
): Promise<SeveralAcknowledgements> {
  const asOne = (id: string, several: SeveralAcknowledgements) => ({ id, ...several });
  const { subject } = await changes.once(
    caller,
    async (id) => {
      const several = await found(id);
      return several && asOne(id, several);
    },
    async (key) => {
      const several = await act(key);
      const first = several.results.find(({ acknowledgement }) => acknowledgement !== null);
      return { subject: asOne(first?.acknowledgement?.id ?? "", several), diff: [], revision: null, userErrors: [] };
    },
  );
  return subject ?? { results: [], userErrors: [] };
}

/** What came of each of these ids. */
export function resultsOf(
  ids: readonly string[],
  outcomeOf: (id: string, index: number) => Acknowledgement | UserError | null,
): SeveralAcknowledgements {
  const results = ids.map((id, index) => {
    const outcome = outcomeOf(id, index);
    if (outcome === null || !isMistake(outcome)) return { id, acknowledgement: outcome, userErrors: [] };
    return { id, acknowledgement: null, userErrors: [outcome] };
  });
  return { results, userErrors: [] };
}

/** Whether it is a mistake, and not what was asked for. */
export function isMistake(one: object): one is UserError {
  return "message" in one && "path" in one && "code" in one;
}

/** The opposite, which tells the compiler what it is then. */
export function isNoMistake<T extends object>(one: T | UserError): one is T {
  return !isMistake(one);
}
