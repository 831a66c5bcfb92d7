import type { AcknowledgedAlerts } from "./acknowledged-alerts.js";
import type { Alert } from "./alert.js";
import type { AlertChange } from "./alert-snapshot.js";

/** Finds out of which alerts the acknowledgement is another than it was: it changes without them. */
export class AcknowledgedChanges {
  /** By the fingerprints of the alerts. */
  readonly #known = new Map<string, object>();

  constructor(private readonly acknowledgements: Pick<AcknowledgedAlerts, "of">) {}

  /** Takes note of alerts that changed. */
  follow(changes: readonly AlertChange[]): void {
    for (const { before, after } of changes) {
      if (before !== null) this.#known.delete(before.fingerprint);
      if (after !== null) this.#note(after);
    }
  }

  /** The fingerprints of the alerts whose acknowledgement is another than when this was asked last. */
  among(alerts: readonly Alert[]): readonly string[] {
    return alerts.flatMap((alert) => {
      const before = this.#known.get(alert.fingerprint);
      this.#known.delete(alert.fingerprint);
      this.#note(alert);
      return this.#known.get(alert.fingerprint) === before ? [] : [alert.fingerprint];
    });
  }

  #note({ fingerprint, startsAtMs }: Alert): void {
    const acknowledgement = this.acknowledgements.of(fingerprint, startsAtMs);
    if (acknowledgement !== null) this.#known.set(fingerprint, acknowledgement);
  }
}
