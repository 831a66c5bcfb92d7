import { Gauge, type Registry } from "prom-client";

/** What is known of the watchdog of one Prometheus in one Alertmanager cluster. */
export interface WatchdogReading {
  readonly name: string;
  readonly cluster: string;
  readonly state: "OK" | "ABSENT" | "UNKNOWN";
  readonly lastSeenAt: Date | null;
}

const labelNames = ["prometheus", "alertmanager"] as const;

/** Exports watchdogs as they are when somebody asks, so that another Prometheus can alert on them. */
export function exportWatchdogs(registry: Registry, readings: () => readonly WatchdogReading[]): void {
  const gauge = (name: string, help: string, value: (reading: WatchdogReading) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const reading of readings()) {
          const shown = value(reading);
          if (shown !== null) this.set({ prometheus: reading.name, alertmanager: reading.cluster }, shown);
        }
      },
    });
  gauge(
    "metricsinfra_watchdog_absent",
    "Whether the Alertmanager cluster has not heard of the watchdog of the Prometheus for the time of the settings; not there while that is unknown.",
    ({ state }) => (state === "UNKNOWN" ? null : Number(state === "ABSENT")),
  );
  gauge(
    "metricsinfra_watchdog_unknown",
    "Whether it is unknown if alerts of the Prometheus arrive, mostly because the Alertmanager cluster cannot be read.",
    ({ state }) => Number(state === "UNKNOWN"),
  );
  gauge(
    "metricsinfra_watchdog_last_seen_timestamp_seconds",
    "When the Alertmanager cluster last heard of the watchdog of the Prometheus; not there when it never did.",
    ({ lastSeenAt }) => lastSeenAt && lastSeenAt.getTime() / 1_000,
  );
}
