import DataLoader from "dataloader";

/** How many keys one batch holds at the most: SQLite's and MariaDB's parameter limits are far above it. */
const maxBatchSize = 1_000;

/** Something that answers many keys at once, in the keys' order; services own one per look-up and share it between requests. */
export class BatchSource<K extends string | number, V> {
  constructor(readonly load: (keys: readonly K[]) => Promise<readonly (V | Error)[]>) {}
}

/** The DataLoaders of one request, made on first use: nothing is shared between two callers. */
export class Loaders {
  readonly #made = new Map<object, DataLoader<never, unknown>>();
  readonly #keyed = new Map<string, DataLoader<never, unknown>>();

  /** The loader over `source` for this request. */
  for<K extends string | number, V>(source: BatchSource<K, V>): DataLoader<K, V> {
    const existing = this.#made.get(source) as DataLoader<K, V> | undefined;
    if (existing) return existing;
    const made = new DataLoader<K, V>(source.load, { maxBatchSize });
    this.#made.set(source, made as DataLoader<never, unknown>);
    return made;
  }

  /** The loader that `make` builds for `key`; for batches that depend on arguments, such as one page of each parent's children. */
  keyed<K extends string | number, V>(key: string, make: () => BatchSource<K, V>): DataLoader<K, V> {
    const existing = this.#keyed.get(key) as DataLoader<K, V> | undefined;
    if (existing) return existing;
    const made = new DataLoader<K, V>(make().load, { maxBatchSize });
    this.#keyed.set(key, made as DataLoader<never, unknown>);
    return made;
  }

  /** Forgets what was loaded, so that reads after a write in the same request see it. */
  clear(): void {
    this.#made.clear();
    this.#keyed.clear();
  }
}

/** Puts `rows` into the order of `keys`; a key without a row gives null. */
export function inOrderOf<K, V>(keys: readonly K[], rows: readonly V[], keyOf: (row: V) => K): (V | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Gathers `rows` by the key that `keyOf` gives, keeping their order. */
export function groupBy<K, V>(rows: Iterable<V>, keyOf: (row: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
