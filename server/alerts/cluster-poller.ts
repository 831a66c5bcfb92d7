import { setMaxListeners } from "node:events";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import { NeverSentError } from "../clients/http-json.js";
import { UpstreamUnavailableError } from "../core/errors.js";
import type { ClusterContent, ClusterMember, MemberHealth } from "./cluster-member.js";
import { TrailingRun } from "./trailing-run.js";

/** Whether a cluster answers, through whichever member, and how fresh what is known of it is. */
export interface ClusterHealth {
  readonly name: string;
  readonly reachable: boolean;
  /** When its alerts and silences were last read. */
  readonly lastSyncAt: Date | null;
  readonly error: string | null;
  readonly members: readonly MemberHealth[];
}

/** How often to read, and the world's part in it. */
export interface PollOptions {
  /** Between two reads; each time up to a tenth more or less, so that several servers do not ask in step. */
  readonly intervalMs: number;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Told about a failure that is no upstream's fault. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads one cluster again and again from one of its members, and from the next one when that fails: a member that answers
 * is kept to, because two need not agree at every instant. When all are down, what was last read stays; when none gives
 * both its alerts and its silences, so do those that it does not give.
 */
export class ClusterPoller {
  readonly #members: readonly PolledMember[];
  #preferred: PolledMember | null = null;
  #content: ClusterContent | null = null;
  #lastSyncAt: Date | null = null;
  #error: string | null = null;
  #begun = 0;
  #applied = 0;
  #completed = 0;
  readonly #stopping = new AbortController();
  readonly #background = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    readonly name: string,
    members: readonly ClusterMember[],
    private readonly options: PollOptions,
    private readonly onContent: () => void,
  ) {
    // Each request under way listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.#members = members.map((member) => {
      const polled: PolledMember = { member, refresh: new TrailingRun(() => this.#read(polled)) };
      return polled;
    });
  }

  /** What was last read; null before the first good answer. */
  get content(): ClusterContent | null {
    return this.#content;
  }

  get health(): ClusterHealth {
    return {
      name: this.name,
      reachable: this.#error === null && this.#lastSyncAt !== null,
      lastSyncAt: this.#lastSyncAt,
      error: this.#error,
      members: this.#members.map(({ member }) => member.health),
    };
  }

  /** Begins to read; resolves when the first attempt has ended, well or not. */
  async start(): Promise<void> {
    await this.#poll();
    this.#schedule();
  }

  /** Breaks off what is under way and reads no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all(this.#background);
  }

  /** Lets `work` read from the member that is read where it answers, or from another that can be reached. */
  ask<T>(work: (client: AlertmanagerClient) => Promise<T>): Promise<T> {
    return this.#withMember(({ member }) => work(member.client));
  }

  /** Like `ask`, to write; then reads the member written to, so that whoever asks next sees what was written. */
  write<T>(work: (client: AlertmanagerClient) => Promise<T>): Promise<T> {
    return this.#withMember(async ({ member, refresh }) => {
      const result = await work(member.client);
      await refresh.run();
      return result;
    });
  }

  /**
   * Another member is tried only when the request certainly never reached the one before: nothing is written twice, and
   * nobody waits for one deadline after the other. A member that hangs is left by the next poll.
   */
  async #withMember<T>(work: (member: PolledMember) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (const member of this.#inOrder()) {
      try {
        return await work(member);
      } catch (error) {
        if (!(error instanceof NeverSentError)) throw error;
        failure = error;
      }
    }
    throw failure ?? new UpstreamUnavailableError(`The Alertmanager cluster "${this.name}" has no members.`);
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    const waitMs = this.options.intervalMs * (0.9 + 0.2 * this.options.random());
    this.#timer = setTimeout(() => this.#inBackground(this.#poll().then(() => this.#schedule())), waitMs);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    const order = this.#inOrder();
    const completed = this.#completed;
    let reader = 0;
    while (reader < order.length && !signal.aborted && !(await order[reader]?.refresh.run())) reader++;
    if (signal.aborted) return;
    if (reader === order.length && this.#completed === completed)
      this.#error = order.at(-1)?.member.health.error ?? null;
    // Those before the reader have failed just now, and said why.
    for (const [index, { member }] of order.entries()) {
      if (index === reader) this.#inBackground(member.probeVersion(signal));
      if (index > reader) this.#inBackground(member.probe(signal));
    }
  }

  #inOrder(): readonly PolledMember[] {
    const preferred = this.#preferred;
    return preferred === null ? this.#members : [preferred, ...this.#members.filter((other) => other !== preferred)];
  }

  /** Reads a member and says whether that was good, and all; what was asked for before the newest that is known is dropped. */
  async #read(polled: PolledMember): Promise<boolean> {
    const { signal } = this.#stopping;
    const turn = ++this.#begun;
    try {
      const { alerts, silences, failure } = await polled.member.read(signal);
      const isWhole = failure === null;
      if (!isWhole) this.#report(failure);
      if (turn < this.#applied) return isWhole;
      this.#applied = turn;
      this.#content = {
        alerts: alerts ?? this.#content?.alerts ?? null,
        silences: silences ?? this.#content?.silences ?? null,
      };
      this.onContent();
      if (isWhole) this.#complete(polled);
      return isWhole;
    } catch (error) {
      if (!signal.aborted) this.#report(error);
      return false;
    }
  }

  #complete(polled: PolledMember): void {
    this.#completed++;
    this.#preferred = polled;
    this.#lastSyncAt = this.options.now();
    this.#error = null;
  }

  #report(error: unknown): void {
    if (!(error instanceof UpstreamUnavailableError)) this.options.onError(error);
  }

  #inBackground(work: Promise<void>): void {
    const tracked = work.catch(this.options.onError).finally(() => this.#background.delete(tracked));
    this.#background.add(tracked);
  }
}

interface PolledMember {
  readonly member: ClusterMember;
  readonly refresh: TrailingRun<boolean>;
}
