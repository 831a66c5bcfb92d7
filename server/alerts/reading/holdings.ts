import type { AnswerDiff, Touch } from "./answer-reader.js";

/** What one Alertmanager holds of one kind, as it said last. */
export class Holdings<T> {
  #items: Map<string, T> | null = null;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #awaySinceMs: number | null = Number.NEGATIVE_INFINITY;

  /** @param touched what an item is once it was heard of again; absent for what has no times that move by themselves */
  constructor(
    private readonly idOf: (item: T) => string,
    private readonly touched?: (item: T, touch: Touch) => T,
  ) {}

  /** Whether the last attempt to read it succeeded. */
  get isGood(): boolean {
    return this.#awaySinceMs === null;
  }

  /** When the first attempt failed after the last good answer; null while the last attempt succeeded. */
  get awaySinceMs(): number | null {
    return this.#awaySinceMs;
  }

  /** When the last good answer was asked for. */
  get readAtMs(): number {
    return this.#readAtMs;
  }

  /** Null before the first good answer. */
  get items(): ReadonlyMap<string, T> | null {
    return this.#items;
  }

  /** Takes in an answer that was asked for at `askedAtMs`; tells the ids of what it changed, added or took away. */
  apply({ isWhole, changed, removed, touched }: AnswerDiff<T>, askedAtMs: number): readonly string[] {
    this.#awaySinceMs = null;
    this.#readAtMs = askedAtMs;
    const before = this.#items;
    const items = isWhole || before === null ? new Map<string, T>() : before;
    for (const item of changed) items.set(this.idOf(item), item);
    for (const id of removed) items.delete(id);
    for (const touch of touched) {
      const item = items.get(touch[0]);
      if (item !== undefined && this.touched) items.set(touch[0], this.touched(item, touch));
    }
    this.#items = items;
    const gone = items === before ? removed : [...(before?.keys() ?? [])].filter((id) => !items.has(id));
    return [...changed.map(this.idOf), ...gone];
  }

  /** What is known stays, and is known to be old. */
  fail(nowMs: number): void {
    this.#awaySinceMs ??= nowMs;
  }
}
