/** Somebody asked the demo to end; the message says how. */
export class EndSignal extends Error {
  override readonly name = "EndSignal";
}

/** Rejects with an EndSignal at the first signal that asks us to end; a second one ends us at once. */
export function endSignal(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        reject(new EndSignal(signal));
        process.once(signal, () => process.exit(130));
      });
    }
  });
}
