import { createHash } from "node:crypto";
import type { IdempotencyKey } from "../access/caller.js";
import type { AuditEntry } from "./audit-entry.js";

/** Short enough for the column, and long enough that no two objects of a request share one. */
const partCharacters = 12;

/** The parts of the key of a request that writes to several objects, one for each, and what came of those that are used. */
export class KeyParts {
  /** @param entries what the change log tells of earlier tries of the request */
  constructor(
    private readonly key: IdempotencyKey | null,
    readonly entries: readonly AuditEntry[],
  ) {}

  /** The key of the write to the object with this id. */
  keyOf(id: string): IdempotencyKey | null {
    return this.key && { ...this.key, key: partOf(this.key.key, id) };
  }

  /** What an earlier try has done to the object with this id. */
  entryOf(id: string): AuditEntry | undefined {
    const part = this.keyOf(id)?.key;
    return this.entries.find(({ idempotencyKey }) => idempotencyKey === part);
  }
}

/** Two texts between which all parts of a key lie, and nothing else, as the databases' binary collations order them. */
export function boundsOfParts(key: string): readonly [string, string] {
  return [`${key}.`, `${key}/`];
}

function partOf(key: string, id: string): string {
  return `${key}.${createHash("sha256").update(id).digest("base64url").slice(0, partCharacters)}`;
}
