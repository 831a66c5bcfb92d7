import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";

/** Whether what was written to one member has come to another. */
export type Arrival = (client: AlertmanagerClient) => Promise<boolean>;

/** Members tell one another within a fifth of a second; one that takes longer does not gossip with the first. */
const patienceMs = 2_000;
const firstPauseMs = 10;

/** Waits for something written to one member to come to another; false when it does not, or that cannot be found out. */
export async function awaitArrival(
  client: AlertmanagerClient,
  arrival: Arrival,
  stopped: AbortSignal,
): Promise<boolean> {
  // Not `AbortSignal.timeout`: within `any` it may be collected as garbage before it fires (nodejs/node#57736).
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  const signal = AbortSignal.any([stopped, patience.signal]);
  const tooLate = once(signal, "abort").then(() => false);
  try {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs *= 2) {
      // One that hangs is not waited for longer than one that does not have it.
      if (await Promise.race([arrival(client).catch(() => false), tooLate])) return true;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    return false;
  } finally {
    clearTimeout(timer);
  }
}
