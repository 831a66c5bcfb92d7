/** What happened to something, in the eyes of one audience. */
export interface Change<T> {
  /**
   * ADDED: it is there, and was not, or did not pass before. LEFT: it is still there, and does not pass any more. REMOVED:
   * it is gone.
   */
  readonly kind: "ADDED" | "CHANGED" | "LEFT" | "REMOVED";
  /** As it is now; as it was last, when it is gone. */
  readonly item: T;
}

/** One thing before and after; null where it was not there or did not pass. */
export interface Step<T> {
  readonly before: T | null;
  readonly after: T | null;
  /** As it was last known, whether it passes or not. */
  readonly last: T;
  readonly isGone: boolean;
  /** Whether something that belongs to it changed, which it does not hold itself. */
  readonly isTouched: boolean;
}

/** What several steps, the oldest first, come to: what went back to what it was is no change. */
export function changesOver<T>(
  steps: readonly ReadonlyMap<string, Step<T>>[],
  isLike: (a: T, b: T) => boolean,
): readonly Change<T>[] {
  const [first, ...others] = steps;
  if (others.length === 0) return changesOf([...(first?.values() ?? [])], isLike);
  const merged = new Map<string, Step<T>>();
  for (const [key, step] of steps.flatMap((one) => [...one])) {
    const earlier = merged.get(key);
    const isTouched = step.isTouched || earlier?.isTouched === true;
    merged.set(key, earlier === undefined ? step : { ...step, before: earlier.before, isTouched });
  }
  return changesOf([...merged.values()], isLike);
}

function changesOf<T>(steps: readonly Step<T>[], isLike: (a: T, b: T) => boolean): readonly Change<T>[] {
  return steps.flatMap(({ before, after, last, isGone, isTouched }): Change<T>[] => {
    if (after === null) return before === null ? [] : [{ kind: isGone ? "REMOVED" : "LEFT", item: last }];
    if (before === null) return [{ kind: "ADDED", item: after }];
    return isTouched || !isLike(before, after) ? [{ kind: "CHANGED", item: after }] : [];
  });
}
