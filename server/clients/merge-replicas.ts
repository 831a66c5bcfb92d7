/** What one Prometheus last said; `current` when it still answers. */
export interface Known<T> {
  readonly prometheus: string;
  readonly value: T;
  readonly current: boolean;
}

/** One thing as one Prometheus sees it. */
export interface Seen<T> {
  readonly prometheus: string;
  readonly thing: T;
}

/**
 * What the servers know of one thing, by `lookUp`: those that answer now, or where none of these knows it (it may belong to a
 * shard that is down) what the others last said. So a dead server hides nothing, and what it remembers outlives nothing that
 * a living one knows better.
 */
export function seenBy<S, T>(servers: readonly Known<S>[], lookUp: (value: S) => T | undefined): readonly Seen<T>[] {
  const seen = servers.flatMap(({ prometheus, value, current }) => {
    const thing = lookUp(value);
    return thing === undefined ? [] : [{ prometheus, thing, current }];
  });
  const current = seen.filter((one) => one.current);
  return current.length > 0 ? current : seen;
}

/** The one that decides: the first of the worst, by the order of `worst`. */
export function worstOf<T>(seen: readonly Seen<T>[], rank: (thing: T) => number): T | undefined {
  let worst: T | undefined;
  for (const { thing } of seen) if (worst === undefined || rank(thing) < rank(worst)) worst = thing;
  return worst;
}

/** A point in time for the graph. */
export function dateOf(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
