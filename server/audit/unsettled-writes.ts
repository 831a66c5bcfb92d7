import type { Log } from "../core/log.js";
import { Repeated } from "../core/repeated.js";
import type { AuditRepository } from "./audit-repository.js";
import type { Act } from "./change.js";
import type { PendingWrite } from "./pending-write.js";
import type { PendingWrites } from "./pending-writes.js";

/** Looks for the outcome of a write in the place that it was sent to. */
export interface Witness {
  /** What may have come of it, the likeliest first; empty when nothing shows, null while one cannot look. */
  seen(row: PendingWrite): Promise<readonly Act[] | null>;
}

/** How many writes were left, and what the change log says of them now. */
export interface Settlement {
  /** Were done, as was seen. */
  readonly done: number;
  readonly unknown: number;
  /** Still pending, until one can look where they were sent to. */
  readonly waiting: number;
}

const minuteMs = 60_000;
/** Until then whoever sent it may still hear of it. */
const graceMs = 2 * minuteMs;
/** After that, and so long after the start, nobody waits longer for a chance to look. */
const patienceMs = 15 * minuteMs;
const mostAtOnce = 500;
/** While some wait, which at the start may be for the first answer of an Alertmanager. */
const waitingMs = 2_000;

/**
 * Tells the change log of writes whose outcome the server that sent them could not note: it was killed, its database
 * failed, or no answer came. What can be seen to be done is told as done, all else as unknown; of several servers one tells.
 */
export class UnsettledWrites {
  readonly #startMs: number;

  /** @param witnesses by the type of the object */
  constructor(
    private readonly pending: PendingWrites,
    private readonly entries: AuditRepository,
    private readonly witnesses: ReadonlyMap<string, Witness>,
    private readonly now: () => Date,
  ) {
    this.#startMs = now().getTime();
  }

  async settle(stopped?: AbortSignal): Promise<Settlement> {
    const settlement = { done: 0, unknown: 0, waiting: 0 };
    const rows = await this.pending.findBefore(new Date(this.now().getTime() - graceMs), mostAtOnce);
    for (const row of rows) {
      if (stopped?.aborted) break;
      const act = await this.#outcomeOf(row);
      if (act === null) {
        settlement.waiting++;
        continue;
      }
      const { value: revision } = await this.entries.revisions();
      if (!(await this.pending.settleOnce([[row, act]], revision))) continue;
      settlement[act.action === "UNKNOWN" ? "unknown" : "done"]++;
    }
    return settlement;
  }

  /** Null when it is better looked for later. */
  async #outcomeOf(row: PendingWrite): Promise<Act | null> {
    const seen = (await this.witnesses.get(row.entityType)?.seen(row)) ?? null;
    const sinceMs = Math.max(row.at.getTime(), this.#startMs);
    if (seen === null && this.now().getTime() - sinceMs < patienceMs) return null;
    for (const act of seen ?? []) {
      if (!(await this.#isTold(row, act))) return act;
    }
    const { entityType, entityId, projectId, before, after } = row;
    return { action: "UNKNOWN", entityType, entityId, projectId, before, after };
  }

  /** Whether the change log tells already of what is seen: then it was another request that did it. */
  #isTold({ entityType, entityId, at }: PendingWrite, act: Act): Promise<boolean> {
    return this.entries.tellsOf(entityType, act.entityId, act.entityId === entityId ? at : new Date(0));
  }
}

/** Settles at the start, and then about once a minute, or sooner where some wait; tells the log of what it found. */
export function settlingOf(writes: UnsettledWrites, log: Pick<Log, "warn" | "error">, random: () => number): Repeated {
  let pauseMs = minuteMs;
  return new Repeated(
    async (stopped) => {
      const { done, unknown, waiting } = await writes.settle(stopped);
      pauseMs = waiting > 0 ? waitingMs : minuteMs;
      if (done + unknown === 0) return;
      log.warn({ done, unknown }, "The outcome of writes was lost; the change log tells of them now");
    },
    {
      firstMs: () => 0,
      nextMs: () => (0.5 + random()) * pauseMs,
      onError: (error) => log.error({ err: error }, "Writes whose outcome was lost cannot be told of"),
    },
  );
}
