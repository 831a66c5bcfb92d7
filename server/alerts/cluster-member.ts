import type { AlertmanagerClient, UpstreamAlert, UpstreamSilence } from "../clients/alertmanager-client.js";
import { AppError } from "../core/errors.js";

/** What the members of a cluster hold; null is what was never read. */
export interface ClusterContent {
  readonly alerts: readonly UpstreamAlert[] | null;
  readonly silences: readonly UpstreamSilence[] | null;
}

/** What came of reading one member: all that it holds at one moment, or one of the two, and why not the other. */
export interface MemberReading extends ClusterContent {
  /** Null when both were read. */
  readonly failure: unknown;
}

/** Whether a member answers. */
export interface MemberHealth {
  readonly name: string;
  readonly reachable: boolean;
  /** For example `0.25.0`; null before its first answer. */
  readonly version: string | null;
  /** When it last answered. */
  readonly lastSyncAt: Date | null;
  /** Why it did not at the last attempt; null when it did. */
  readonly error: string | null;
}

// An update of Alertmanager needs a restart; a minute late is soon enough.
const versionMaxAgeMs = 60_000;

/** One Alertmanager of a cluster, and what is known of its health. */
export class ClusterMember {
  #reachable = false;
  #lastSyncAt: Date | null = null;
  #error: string | null = null;
  #version: string | null = null;
  #versionAtMs = Number.NEGATIVE_INFINITY;
  #probing = false;

  constructor(
    readonly name: string,
    readonly client: AlertmanagerClient,
    private readonly now: () => Date,
  ) {}

  get health(): MemberHealth {
    return {
      name: this.name,
      reachable: this.#reachable,
      version: this.#version,
      lastSyncAt: this.#lastSyncAt,
      error: this.#error,
    };
  }

  /** Reads all alerts and silences; one of them stays when the other cannot be read, and when neither can it rejects. */
  async read(signal?: AbortSignal): Promise<MemberReading> {
    const reading = await this.#observed(async () => {
      const [alerts, silences] = await Promise.allSettled([this.client.alerts(signal), this.client.silences(signal)]);
      if (alerts.status === "fulfilled" && silences.status === "fulfilled") {
        return { alerts: alerts.value, silences: silences.value, failure: null };
      }
      signal?.throwIfAborted();
      if (alerts.status === "fulfilled")
        return {
          alerts: alerts.value,
          silences: null,
          failure: silences.status === "rejected" ? silences.reason : null,
        };
      if (silences.status === "fulfilled") return { alerts: null, silences: silences.value, failure: alerts.reason };
      throw alerts.reason;
    }, signal);
    if (reading.failure !== null) {
      const what = reading.alerts === null ? "alerts" : "silences";
      this.#reachable = false;
      this.#error = `Its ${what} cannot be read: ${messageOf(reading.failure)}`;
    }
    return reading;
  }

  /** Finds out cheaply whether it answers, and now and then its version; never rejects. */
  async probe(signal?: AbortSignal): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    const ask = () => (this.#versionIsOld ? this.#learnVersion(signal) : this.client.ready(signal));
    await this.#observed(ask, signal).catch(() => undefined);
    this.#probing = false;
  }

  /** Learns the version of one that was just read, where that is due; never rejects. */
  async probeVersion(signal?: AbortSignal): Promise<void> {
    if (this.#versionIsOld) await this.#learnVersion(signal).catch(() => undefined);
  }

  get #versionIsOld(): boolean {
    return this.now().getTime() - this.#versionAtMs >= versionMaxAgeMs;
  }

  async #learnVersion(signal?: AbortSignal): Promise<void> {
    this.#version = (await this.client.status(signal)).version;
    this.#versionAtMs = this.now().getTime();
  }

  async #observed<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      const result = await work();
      this.#reachable = true;
      this.#lastSyncAt = this.now();
      this.#error = null;
      return result;
    } catch (error) {
      if (signal?.aborted) throw error;
      // Another version may answer when it is back.
      this.#versionAtMs = Number.NEGATIVE_INFINITY;
      this.#reachable = false;
      this.#error = messageOf(error);
      throw error;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof AppError ? error.message : "An answer could not be understood.";
}
