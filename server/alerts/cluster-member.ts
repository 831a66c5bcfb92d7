import type { AlertmanagerClient, UpstreamAlert, UpstreamSilence } from "../clients/alertmanager-client.js";
import { AppError } from "../core/errors.js";
import type { HeldKind, Touch } from "./reading/answer-reader.js";
import type { AnswerReading } from "./reading/answer-reading.js";
import { Holdings } from "./reading/holdings.js";
import type { ReadingSource } from "./reading/reading-thread.js";
import type { RoutingConfig } from "./reading/routing-config.js";

/** Ids of what was changed, added or taken away. */
export interface Changed {
  readonly alerts: readonly string[];
  readonly silences: readonly string[];
  readonly touched: readonly Touch[];
}

/** Whether a member answers, and what it says of itself. */
export interface MemberHealth {
  readonly name: string;
  readonly reachable: boolean;
  /** For example `0.25.0`; null before its first answer. */
  readonly version: string | null;
  /** `ready`, `settling` or `disabled`; null before its first answer. */
  readonly clusterStatus: string | null;
  /** How many members it sees, itself among them; null before its first answer. */
  readonly peers: number | null;
  /** What another member holds and this one does not; null while it is not reachable. */
  readonly missingAlerts: number | null;
  readonly missingSilences: number | null;
  /** When it last answered. */
  readonly lastSyncAt: Date | null;
  /** Why it did not at the last attempt; null when it did. */
  readonly error: string | null;
}

// An update of Alertmanager needs a restart; a minute late is soon enough.
const statusMaxAgeMs = 60_000;

/** One Alertmanager of a cluster: what it holds, and how it does. */
export class ClusterMember {
  readonly alerts = new Holdings<UpstreamAlert>(
    ({ fingerprint }) => fingerprint,
    (alert, [, updatedAtMs, endsAtMs]) => ({ ...alert, updatedAtMs, endsAtMs }),
  );
  readonly silences = new Holdings<UpstreamSilence>(({ id }) => id);
  #lastSyncAt: Date | null = null;
  #error: string | null = null;
  #failures = 0;
  #status: Pick<MemberHealth, "version" | "clusterStatus" | "peers"> = none;
  #routing: RoutingConfig | null = null;
  #config: string | null = null;
  #statusAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly name: string,
    readonly client: AlertmanagerClient,
    private readonly source: ReadingSource,
    private readonly reading: AnswerReading,
    private readonly now: () => Date,
  ) {}

  get health(): Omit<MemberHealth, "missingAlerts" | "missingSilences"> {
    const reachable = this.isWhole;
    return { name: this.name, reachable, ...this.#status, lastSyncAt: this.#lastSyncAt, error: this.#error };
  }

  /** Whether both its alerts and its silences could be read at the last attempt. */
  get isWhole(): boolean {
    return this.alerts.isGood && this.silences.isGood;
  }

  /** How many attempts in a row did not give both. */
  get failures(): number {
    return this.#failures;
  }

  /** Reads all alerts and silences, each for itself; what could not be read is told to `onFault` where it is not the member's. */
  async read(signal: AbortSignal, onFault: (error: unknown) => void): Promise<Changed> {
    const { source, reading, alerts, silences } = this;
    const askedAtMs = performance.now();
    const [alertsRead, silencesRead] = await Promise.allSettled([
      reading.read(source, "alerts", signal),
      reading.read(source, "silences", signal),
    ]);
    if (signal.aborted) return nothing;
    const failures = [alertsRead, silencesRead].flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    for (const failure of failures) if (!(failure instanceof AppError)) onFault(failure);
    if (failures.length < 2) this.#lastSyncAt = this.now();
    if (alertsRead.status === "rejected") alerts.fail(performance.now());
    if (silencesRead.status === "rejected") silences.fail(performance.now());
    this.#conclude(failures, alertsRead.status === "rejected" ? "alerts" : "silences");
    return {
      alerts: alertsRead.status === "fulfilled" ? alerts.apply(alertsRead.value, askedAtMs) : [],
      silences: silencesRead.status === "fulfilled" ? silences.apply(silencesRead.value, askedAtMs) : [],
      touched: alertsRead.status === "fulfilled" ? alertsRead.value.touched : [],
    };
  }

  /** Notes that it could not be reached. */
  fail(error: unknown): void {
    this.alerts.fail(performance.now());
    this.silences.fail(performance.now());
    this.#conclude([error, error], "alerts");
  }

  /** Learns its version, its configuration and what it says of its cluster, where that is due; never rejects. */
  async learnStatus(signal: AbortSignal, onFault: (error: unknown) => void): Promise<void> {
    if (!this.isWhole || this.now().getTime() - this.#statusAtMs < statusMaxAgeMs) return;
    this.#statusAtMs = this.now().getTime();
    try {
      const { config, version, clusterStatus, peers } = await this.client.status(signal);
      if (config !== this.#config) this.#routing = await this.reading.config(config);
      this.#config = config;
      this.#status = { version, clusterStatus, peers };
    } catch (error) {
      this.#statusAtMs = Number.NEGATIVE_INFINITY;
      if (!(error instanceof AppError) && !signal.aborted) onFault(error);
    }
  }

  /** What its configuration does with alerts; null before it was read. */
  get routing(): RoutingConfig | null {
    return this.#routing;
  }

  #conclude([failure, ...more]: readonly unknown[], what: HeldKind): void {
    if (failure === undefined) {
      this.#failures = 0;
      this.#error = null;
      return;
    }
    this.#failures++;
    // Another version may answer when it is back.
    this.#statusAtMs = Number.NEGATIVE_INFINITY;
    const message = failure instanceof AppError ? failure.message : "An answer could not be understood.";
    this.#error = more.length > 0 ? message : `Its ${what} cannot be read: ${message}`;
  }
}

const none = { version: null, clusterStatus: null, peers: null };
const nothing: Changed = { alerts: [], silences: [], touched: [] };
