import { Counter, Gauge, type Registry } from "prom-client";

/** What is counted of subscriptions, by the field that they ask for. */
export class StreamMetrics {
  readonly #open: Gauge<"subscription">;
  readonly #sent: Counter<"subscription" | "shared">;
  readonly #resyncs: Counter<"subscription">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#open = new Gauge({
      name: "metricsinfra_open_streams",
      help: "Subscriptions that are open now.",
      labelNames: ["subscription"],
      registers,
    });
    this.#sent = new Counter({
      name: "metricsinfra_stream_events_total",
      help: "Events that were sent to subscribers, by whether another subscriber's event was sent again.",
      labelNames: ["subscription", "shared"],
      registers,
    });
    this.#resyncs = new Counter({
      name: "metricsinfra_stream_resyncs_total",
      help: "How often a subscriber was too slow for the changes, and was told to begin anew.",
      labelNames: ["subscription"],
      registers,
    });
  }

  /** Counts a stream as open until what is returned is called. */
  readonly onOpen = (subscription: string): (() => void) => {
    this.#open.inc({ subscription });
    return () => this.#open.dec({ subscription });
  };

  readonly onSent = (subscription: string, isShared: boolean): void => {
    this.#sent.inc({ subscription, shared: String(isShared) });
  };

  readonly onResync = (subscription: string): void => {
    this.#resyncs.inc({ subscription });
  };
}
