/** What every stored noun has, whatever else it holds. */
export interface Stored {
  readonly id: string;
  /** The revision of the whole configuration at which this object last changed. */
  revision: number;
  /** Counts this object's own changes, from 1; the basis of optimistic locking. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** The row changed, or went away, between being read and being written. */
export class StaleVersion extends Error {
  override readonly name = "StaleVersion";
}

/** A copy of `before` with `changes`; absent changes (undefined) keep what is there, null clears. */
export function altered<T extends object>(before: T, changes: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.assign(Object.create(Object.getPrototypeOf(before)), before, Object.fromEntries(given));
}

/** Notes in an object that is about to be written when that is. */
export function stamp(
  entity: Stored,
  { revision, version, createdAt, at }: Pick<Stored, "revision" | "version" | "createdAt"> & { readonly at: Date },
): void {
  entity.revision = revision;
  entity.version = version;
  entity.createdAt = createdAt;
  entity.updatedAt = at;
}
