import { setMaxListeners } from "node:events";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import { NeverSentError } from "../clients/http-json.js";
import { UpstreamUnavailableError } from "../core/errors.js";
import { Repeated } from "../core/repeated.js";
import { type Arrival, awaitArrival } from "./await-arrival.js";
import { ClusterContent } from "./cluster-content.js";
import type { Changed, ClusterMember, MemberHealth } from "./cluster-member.js";
import type { RoutingConfig } from "./reading/routing-config.js";
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
  /** Between two reads of a member; each time up to a tenth more or less, so that several servers do not ask in step. */
  readonly intervalMs: number;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Told about a failure that is no upstream's fault. */
  readonly onError: (error: unknown) => void;
}

/** Whether what was written has come to another member. */
export type Arrived<T> = (client: AlertmanagerClient, result: T) => Promise<boolean>;

/** Of the time, reading may take so much: an Alertmanager with very many alerts is asked less often. */
const mostShare = 1 / 5;
/** One that does not answer is asked less and less often, and again within so many intervals. */
const mostBackoff = 4;
/** One to which nothing comes from the others is not waited for, for so long. */
const deafMs = 60_000;

interface PolledMember {
  readonly member: ClusterMember;
  /** Whether it could be read, all of it. */
  readonly refresh: TrailingRun<boolean>;
  readonly polling: Repeated;
}

/**
 * Reads all members of one cluster again and again, each for itself, and holds what they hold together. Whichever answers
 * first is shown first; when all are down, what was last read stays.
 */
export class Cluster {
  readonly content: ClusterContent;
  readonly #members: readonly PolledMember[];
  readonly #stopping = new AbortController();
  readonly #deaf = new WeakMap<ClusterMember, number>();
  #lastSyncAt: Date | null = null;

  constructor(
    readonly name: string,
    members: readonly ClusterMember[],
    private readonly options: PollOptions,
    private readonly onChange: (changed: Changed) => void,
  ) {
    // Each request under way listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.content = new ClusterContent(members);
    this.#members = members.map((member) => {
      let tookMs = 0;
      const refresh = new TrailingRun(() => this.#read(member));
      const poll = async () => {
        const beganAt = performance.now();
        await refresh.run();
        tookMs = performance.now() - beganAt;
        await member.learnStatus(this.#stopping.signal, options.onError);
      };
      const nextMs = () => {
        const backoff = Math.min(2 ** member.failures, mostBackoff);
        const reading = member.failures > 0 ? 0 : tookMs / mostShare;
        return (0.9 + 0.2 * options.random()) * Math.max(options.intervalMs * backoff, reading);
      };
      return { member, refresh, polling: new Repeated(poll, { firstMs: () => 0, nextMs, onError: options.onError }) };
    });
  }

  /** When its alerts and silences were last read; null when they never were. */
  get lastSyncAt(): Date | null {
    return this.#lastSyncAt;
  }

  get health(): ClusterHealth {
    const reachable = this.#members.some(({ member }) => member.isWhole);
    const members = this.#members.map(({ member }) => ({ ...member.health, ...this.content.missingIn(member) }));
    const error = reachable ? null : (members.find((member) => member.error !== null)?.error ?? null);
    return { name: this.name, reachable, lastSyncAt: this.#lastSyncAt, error, members };
  }

  /** What the configuration does with alerts; of the first member whose it is known of. */
  get routing(): RoutingConfig | null {
    return this.#members.find(({ member }) => member.routing !== null)?.member.routing ?? null;
  }

  /** Begins to read; resolves when one member has been read, or none could be. */
  start(): Promise<unknown> {
    const firsts = this.#members.map(({ refresh, polling }) => {
      polling.start();
      return refresh.run();
    });
    const any = new Promise<void>((resolve) => {
      for (const first of firsts) first.then((isGood) => isGood && resolve(), this.options.onError);
    });
    return Promise.race([any, Promise.allSettled(firsts)]);
  }

  /** Breaks off what is under way and reads no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#members.map(({ polling }) => polling.stop()));
  }

  /** Lets `work` read from the member whose alerts are shown, or from another that can be reached. */
  ask<T>(work: (client: AlertmanagerClient) => Promise<T>): Promise<T> {
    return this.#withMember(({ member }) => work(member.client));
  }

  /**
   * Like `ask`, to write. Then reads the member written to, so that whoever asks next sees what was written, and waits until
   * it `arrived` at the others that answer, so that it is not lost with the first.
   */
  write<T>(work: (client: AlertmanagerClient) => Promise<T>, arrived?: Arrived<T>): Promise<T> {
    return this.#withMember(async ({ member, refresh }) => {
      const result = await work(member.client);
      const read = refresh.run();
      if (arrived) await this.#spread(member, (client) => arrived(client, result));
      await read;
      return result;
    });
  }

  /** Rejects when the member written to went away and no other has what was written. */
  async #spread(writer: ClusterMember, arrival: Arrival): Promise<void> {
    const nowMs = this.options.now().getTime();
    const others = this.#members.flatMap(({ member }) =>
      member !== writer && member.isWhole && (this.#deaf.get(member) ?? 0) <= nowMs ? [member] : [],
    );
    const arrivals = others.map(async (member) => {
      const isThere = await awaitArrival(member.client, arrival, this.#stopping.signal);
      if (!isThere) this.#deaf.set(member, nowMs + deafMs);
      return isThere;
    });
    if ((await Promise.all(arrivals)).includes(true)) return;
    try {
      await writer.client.ready(this.#stopping.signal);
    } catch (error) {
      const message = `The member "${writer.name}" of the Alertmanager cluster "${this.name}" took it and went away before another had it. Look whether it is there.`;
      throw new UpstreamUnavailableError(message, { cause: error });
    }
  }

  /**
   * Another member is tried only when the request certainly never reached the one before: nothing is written twice, and
   * nobody waits for one deadline after the other.
   */
  async #withMember<T>(work: (member: PolledMember) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (const polled of this.#inOrder()) {
      try {
        return await work(polled);
      } catch (error) {
        if (!(error instanceof NeverSentError)) throw error;
        polled.member.fail(error);
        this.#settle();
        failure = error;
      }
    }
    throw failure ?? new UpstreamUnavailableError(`The Alertmanager cluster "${this.name}" has no members.`);
  }

  /** Those that answered last time before the others, and the one whose alerts are shown before them. */
  #inOrder(): readonly PolledMember[] {
    const rankOf = ({ member }: PolledMember) => (!member.isWhole ? 2 : member === this.content.lead ? 0 : 1);
    return [...this.#members].sort((a, b) => rankOf(a) - rankOf(b));
  }

  async #read(member: ClusterMember): Promise<boolean> {
    const changed = await member.read(this.#stopping.signal, this.options.onError);
    if (this.#stopping.signal.aborted) return false;
    if (member.isWhole) this.#lastSyncAt = this.options.now();
    this.#settle(member, changed);
    return member.isWhole;
  }

  #settle(member?: ClusterMember, changed?: Changed): void {
    this.onChange(this.content.settle(member, changed));
  }
}
