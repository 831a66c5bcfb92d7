import { inspect } from "node:util";

/** How long to wait, and for what: the words end up in the failure's message. */
export interface WaitOptions {
  readonly what: string;
  /** 20 s by default. */
  readonly deadlineMs?: number;
  /** 50 ms by default. */
  readonly intervalMs?: number;
}

type NotYet = false | null | undefined | 0 | "";

/**
 * Asks `condition` again and again until it gives something truthy, and returns that. An error it throws counts as "not
 * yet". At the deadline it throws, and the message shows the last value or error.
 */
export async function waitFor<T>(condition: () => T | NotYet | Promise<T | NotYet>, options: WaitOptions): Promise<T> {
  const deadlineMs = options.deadlineMs ?? 20_000;
  const deadline = Date.now() + deadlineMs;
  let last = "it never answered";
  do {
    try {
      const value = await Promise.race([condition(), expiry(deadline)]);
      if (value === EXPIRED) break;
      if (value) return value;
      last = `the last value was ${inspect(value)}`;
    } catch (error) {
      last = `the last error was ${inspect(error)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 50));
  } while (Date.now() < deadline);
  throw new Error(`waited ${deadlineMs / 1000} s for ${options.what}; ${last}`);
}

const EXPIRED = Symbol("expired");

function expiry(deadline: number): Promise<typeof EXPIRED> {
  return new Promise((resolve) => setTimeout(() => resolve(EXPIRED), Math.max(0, deadline - Date.now())).unref());
}
