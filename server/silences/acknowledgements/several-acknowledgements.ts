import type { Caller, IdempotencyKey } from "../../access/caller.js";
import type { ChangeLog } from "../../audit/change-log.js";
import type { UserError } from "../../graph/user-error.js";
import type { Acknowledgement } from "./acknowledgement.js";

/** What came of a mutation of several: each that was written, in the order of the ids, and why the others were not. */
export interface SeveralAcknowledgements {
  readonly acknowledgements: readonly (Acknowledgement | null)[];
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
      const first = several.acknowledgements.find((one) => one !== null);
      return { subject: asOne(first?.id ?? "", several), diff: [], revision: null, userErrors: [] };
    },
  );
  return subject ?? { acknowledgements: [], userErrors: [] };
}
