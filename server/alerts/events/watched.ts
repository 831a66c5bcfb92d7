import type { Matching } from "../../core/matching.js";
import type { EventKind } from "../../graph/event.js";
import type { Change } from "./change.js";

/**
 * What decides whether something passes: the thing itself; others too, so that all have to be looked at when anything has
 * changed; or the time, so that they have to be looked at again and again.
 */
export type Dependence = "itself" | "others" | "time";

/** Things of one kind that come, change and go, as one audience asks for them. */
export interface Watched<T> {
  /** Whether anything is known; else there seems to be nothing. */
  isKnown(): boolean;
  /** Names what is known now: another, where anything may differ. */
  revision(): string;
  readonly dependence: Dependence;
  /** What is known now; comparing is counted by `matching`. */
  look(matching: Matching): View<T>;
  keyOf(item: T): string;
  /** Whether there is nothing to tell where one became the other. */
  isLike(a: T, b: T): boolean;
  /** The order of a snapshot. */
  compare(a: T, b: T): number;
}

/** What is known at one moment. */
export interface View<T> {
  find(key: string): T | undefined;
  /** All that can pass, and perhaps more. */
  candidates(): readonly T[];
  /** Whether the audience may see it and asks for it. */
  passes(item: T): boolean;
}

/** What an event is made of. */
export interface Told<T> {
  readonly kind: EventKind;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly revision: string;
  readonly changes: readonly Change<T>[];
  /** All that pass; null while nothing is known. */
  readonly items: readonly T[] | null;
}

/** Makes the event that tells it. */
export type MakeEvent<T, E> = (told: Told<T>) => E;
