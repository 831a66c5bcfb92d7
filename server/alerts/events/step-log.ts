import { type Change, changesOver, type Step } from "./change.js";

/** So many steps are kept in any case. */
const leastKept = 1_000;

/** The steps of several things that were made at once, by their keys. */
export type Steps<T> = ReadonlyMap<string, Step<T>>;

/** What became of things lately: each version holds the steps that led to it. */
export class StepLog<T> {
  #entries: readonly { readonly version: number; readonly steps: Steps<T> }[] = [];
  #size = 0;
  #version = 0;
  #floor = 0;

  get version(): number {
    return this.#version;
  }

  /** The first version from which on it is known what changed. */
  get floor(): number {
    return this.#floor;
  }

  /**
   * Makes the next version. Steps are kept until they are more than `things`, which is how many there are: then to tell
   * all of these is shorter.
   */
  add(steps: Steps<T>, things: number): void {
    this.#version++;
    this.#size += steps.size;
    const entries = [...this.#entries, { version: this.#version, steps }];
    while (this.#size > Math.max(leastKept, things) && entries.length > 1) {
      const [oldest] = entries.splice(0, 1);
      this.#size -= oldest?.steps.size ?? 0;
      this.#floor = oldest?.version ?? this.#floor;
    }
    this.#entries = entries;
  }

  /** Makes the next version, and forgets how it came about. */
  restart(): void {
    this.#floor = ++this.#version;
    this.#entries = [];
    this.#size = 0;
  }

  /** What changed since a version that is not below the floor. */
  since(version: number, isLike: (a: T, b: T) => boolean): readonly Change<T>[] {
    const later = this.#entries.filter((entry) => entry.version > version);
    return changesOver(
      later.map(({ steps }) => steps),
      isLike,
    );
  }
}
