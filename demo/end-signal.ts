/** Somebody asked the demo to end; the message says how. */
export class EndSignal extends Error {
  override readonly name = "EndSignal";
}

// npm sends the Ctrl-C of a terminal on to us, which we have had from the terminal already.
const SAME_SIGNAL_MS = 1_000;
const WATCH_MS = 500;

/**
 * Rejects with an EndSignal at the first signal that asks us to end, or when `npm start`, which started us, is gone; a second
 * signal ends us at once.
 */
export function endSignal(startedByNpm: boolean): Promise<never> {
  return new Promise((_resolve, reject) => {
    let firstAt: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (firstAt !== undefined && Date.now() - firstAt > SAME_SIGNAL_MS) process.exit(130);
        firstAt ??= Date.now();
        reject(new EndSignal(signal));
      });
    }
    if (!startedByNpm) return;
    const npm = process.ppid;
    setInterval(() => {
      if (process.ppid !== npm) reject(new EndSignal("npm is gone"));
    }, WATCH_MS).unref();
  });
}
