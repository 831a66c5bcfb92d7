import { Matching } from "../../core/matching.js";
import type { EventKind } from "../../graph/event.js";
import type { Change, Step } from "./change.js";
import { Delivery, mostPerEvent, type Place } from "./delivery.js";
import type { Journal } from "./journal.js";
import { StepLog, type Steps } from "./step-log.js";
import { Waiters } from "./waiters.js";
import type { MakeEvent, View, Watched } from "./watched.js";

/** What a channel needs beside what it watches. */
export interface ChannelOptions<T, E> {
  readonly journal: Journal;
  readonly makeEvent: MakeEvent<T, E>;
  /** How much matching, in points of cost, it may take to bring it up to date once. */
  readonly mostMatching: number;
}

/** Within so long a heartbeat is the same for all. */
const sameHeartbeatMs = 1_000;
/** To look at one thing takes so many steps of matching, whatever is asked of it. */
const stepsPerLook = 50;
/** What depends on the time is not looked at more often. */
const leastPauseMs = 1_000;

/**
 * What one audience asks for, and what became of it lately. All readers who ask the same and may see the same share one:
 * what changed is compared with their filter once, and told in the same events. A reader has a version, and no queue.
 */
export class Channel<T, E> {
  /** Counts what its comparing takes. */
  readonly matching = new Matching();
  readonly waiters = new Waiters();
  readonly #members = new Map<string, T>();
  readonly #log = new StepLog<T>();
  readonly #held = new Map<Delivery<E>, number>();
  #isKnown = false;
  #revision: string;
  /** Where the journal ended when it was brought up to date, and when that was. */
  #journalEnd = 0;
  #takenAtMs = 0;
  #failure: { readonly error: unknown } | null = null;
  // Made for the present version.
  #items: readonly T[] | null = null;
  #snapshot: Delivery<E> | null = null;
  readonly #changes = new Map<number, Delivery<E> | null>();
  #heartbeat: { readonly event: E; readonly revision: string; readonly atMs: number } | null = null;

  constructor(
    private readonly watched: Watched<T>,
    private readonly options: ChannelOptions<T, E>,
  ) {
    this.#revision = watched.revision();
  }

  /** Whether anything is known. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get version(): number {
    return this.#log.version;
  }

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** Brings it up to date. Throws when the filter is wrong or comparing takes too much, and then always. */
  advance(): void {
    if (this.#failure !== null) throw this.#failure.error;
    if (!this.watched.isKnown() || !this.#isBehind) return;
    try {
      this.#take();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /** All that there is, in events. */
  get snapshot(): Delivery<E> {
    if (this.#snapshot !== null) return this.#snapshot;
    const items = this.#all.toSorted(this.watched.compare);
    const added = (from: number) =>
      items.slice(from, from + mostPerEvent).map((item) => ({ kind: "ADDED", item }) as const);
    this.#snapshot = this.#delivery("SNAPSHOT", items.length, added);
    return this.#snapshot;
  }

  /** What changed since this version, in events; null when nothing did, "gap" when that is not known any more. */
  since(version: number): Delivery<E> | null | "gap" {
    if (version < this.#log.floor) return "gap";
    if (version === this.version) return null;
    const made = this.#changes.get(version);
    if (made !== undefined) return made;
    const changes = this.#log.since(version, this.watched.isLike);
    const part = (from: number) => changes.slice(from, from + mostPerEvent);
    const delivery = changes.length === 0 ? null : this.#delivery("CHANGES", changes.length, part);
    this.#changes.set(version, delivery);
    return delivery;
  }

  /** The event that says that the server lives. */
  get heartbeat(): E {
    const [last, atMs] = [this.#heartbeat, performance.now()];
    if (last !== null && last.revision === this.#revision && atMs - last.atMs < sameHeartbeatMs) return last.event;
    const event = this.#event("HEARTBEAT");
    this.#heartbeat = { event, revision: this.#revision, atMs };
    return event;
  }

  /** The event that says that changes are missing. */
  get resync(): E {
    return this.#event("RESYNC");
  }

  /** Notes that somebody reads it, until what is returned is called. */
  hold(delivery: Delivery<E>): () => void {
    this.#held.set(delivery, (this.#held.get(delivery) ?? 0) + 1);
    return () => {
      const left = (this.#held.get(delivery) ?? 1) - 1;
      if (left > 0) this.#held.set(delivery, left);
      else this.#held.delete(delivery);
    };
  }

  get #all(): readonly T[] {
    this.#items ??= [...this.#members.values()];
    return this.#items;
  }

  get #isBehind(): boolean {
    if (!this.#isKnown || this.#journalEnd !== this.options.journal.end) return true;
    return this.watched.dependence === "time" && performance.now() - this.#takenAtMs >= leastPauseMs;
  }

  #take(): void {
    const { journal, mostMatching } = this.options;
    this.matching.limit({ most: this.matching.points + mostMatching, onSpent: () => {} });
    const steps = this.#stepsTo(this.watched.look(this.matching));
    this.#journalEnd = journal.end;
    this.#takenAtMs = performance.now();
    this.#revision = this.watched.revision();
    if (steps.size === 0 && this.#isKnown) return;
    for (const [key, { after }] of steps) {
      if (after === null) this.#members.delete(key);
      else this.#members.set(key, after);
    }
    // What is known first is no change.
    if (this.#isKnown) this.#log.add(steps, this.#members.size);
    else this.#log.restart();
    this.#isKnown = true;
    this.#items = null;
    this.#snapshot = null;
    this.#changes.clear();
    for (const delivery of this.#held.keys()) if (delivery.version < this.#log.floor) delivery.letGo();
  }

  #stepsTo(view: View<T>): Steps<T> {
    const noted = this.#isKnown ? this.options.journal.since(this.#journalEnd) : null;
    const isEnough = noted !== null && this.watched.dependence === "itself";
    const keys = isEnough ? noted : [...this.#members.keys(), ...view.candidates().map(this.watched.keyOf)];
    // That something happened somewhere has all of them looked at, for each filter that others ask too.
    if (!isEnough) this.matching.spend(keys.length * stepsPerLook);
    const touched = new Set(noted);
    const steps = new Map<string, Step<T>>();
    for (const key of keys) {
      const [before = null, found = null] = [this.#members.get(key), view.find(key)];
      const after = found !== null && view.passes(found) ? found : null;
      const last = found ?? before;
      const isTouched = before === after && touched.has(key);
      if (last === null || (before === after && !(isTouched && after !== null))) continue;
      steps.set(key, { before, after, last, isTouched, isGone: found === null });
    }
    return steps;
  }

  #delivery(kind: EventKind, size: number, part: (from: number) => readonly Change<T>[]): Delivery<E> {
    const [revision, items] = [this.#revision, this.#all];
    const make = ({ from, isFirst, isLast }: Place) =>
      this.options.makeEvent({ kind, isFirst, isLast, revision, changes: part(from), items });
    return new Delivery(this.version, size, make);
  }

  #event(kind: EventKind): E {
    const items = this.isKnown ? this.#all : null;
    return this.options.makeEvent({ kind, isFirst: true, isLast: true, revision: this.#revision, changes: [], items });
  }
}
