import type { IdempotencyKey } from "../access/caller.js";
import { ConflictError } from "../core/errors.js";

/** Throws CONFLICT unless the request that this hash was kept of is the one that comes with the key now. */
export function requireSameRequest({ requestHash, earlierHashes }: IdempotencyKey, kept: string | null): void {
  if ([requestHash, ...earlierHashes].includes(kept ?? "")) return;
  throw new ConflictError(
    "This Idempotency-Key was used before with another request. Use a fresh key for each change.",
  );
}

/** Tells whoever repeats a request that nobody can say of yet, or ever, what became of it. */
export function outcomeUnknown(): ConflictError {
  return new ConflictError(
    "A request with this Idempotency-Key is under way, or its outcome is unknown. Read what there is now, before you repeat it with a fresh key.",
  );
}
