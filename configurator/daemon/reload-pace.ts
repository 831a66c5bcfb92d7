/** How many reloads may follow each other at once: somebody who works on a rule tries it a few times. */
const burst = 3;

/**
 * Holds reloads apart: a few after a quiet time come at once, then one in each interval. Prometheus knows no Alertmanager
 * for up to 5 s after each reload, so who changes a rule each second would keep everybody's alerts from being told.
 */
export class ReloadPace {
  #quietFrom = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly intervalMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Called after each reload. */
  note(): void {
    this.#quietFrom = Math.max(this.now(), this.#quietFrom) + this.intervalMs;
  }

  /** How long to wait before the next reload. */
  get waitMs(): number {
    return Math.max(0, this.#quietFrom - (burst - 1) * this.intervalMs - this.now());
  }
}
