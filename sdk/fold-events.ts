/** An event of things that change, as `watch` gives them. */
export interface ChangeEvent<Change> {
  readonly kind: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly changes: ReadonlyArray<Change>;
}

const gone: ReadonlySet<string> = new Set(["RESOLVED", "REMOVED", "LEFT"]);

/**
 * All things that there are, by their ids, whenever that is another: what the events so far come to. Each map is a new one.
 * While a snapshot comes in pieces, nothing is given.
 */
export async function* foldEvents<Change extends { readonly kind: string }, Thing extends { readonly id: string }>(
  events: AsyncIterable<ChangeEvent<Change>>,
  thingOf: (change: Change) => Thing,
): AsyncGenerator<ReadonlyMap<string, Thing>, void, undefined> {
  let things = new Map<string, Thing>();
  for await (const { kind, isFirst, isLast, changes } of events) {
    if (kind !== "SNAPSHOT" && kind !== "CHANGES") continue;
    if (isFirst) things = kind === "SNAPSHOT" ? new Map() : new Map(things);
    for (const change of changes) {
      const thing = thingOf(change);
      if (gone.has(change.kind)) things.delete(thing.id);
      else things.set(thing.id, thing);
    }
    if (isLast) yield things;
  }
}
