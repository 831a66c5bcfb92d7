import { setTimeout as delay } from "node:timers/promises";

/** Rings come in bursts: what follows within this time is one with the first. */
const burstMs = 20;

/** Wakes whoever waits. A ring that nobody waits for is kept until somebody does. */
export class Alarm {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, after `ms` or when the signal is aborted, whichever comes first. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const cancel = new AbortController();
      const rung = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const timeout = delay(ms, undefined, { signal: AbortSignal.any([signal, cancel.signal]) }).catch(() => undefined);
      await Promise.race([rung, timeout]);
      cancel.abort();
      this.#wake = undefined;
    }
    if (this.#rung) await delay(burstMs, undefined, { signal }).catch(() => undefined);
    this.#rung = false;
  }
}
