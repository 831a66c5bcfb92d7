import { ServerError, UserInputError } from "./errors.js";
import type { UserError } from "./generated/types.js";

/** What every mutation answers with. */
export interface Payload {
  /** What is wrong with the input; nothing was written unless it is empty. */
  readonly userErrors: ReadonlyArray<UserError>;
}

/** A payload that surely holds what was written. */
export type Written<P extends Payload, Key extends keyof P> = Omit<P, Key> & {
  readonly [K in Key]-?: NonNullable<P[K]>;
};

/**
 * What a mutation resolves to: a payload that surely holds what was written; but, for a dry run and where user errors are
 * not thrown, the payload as the graph declares it, where everything may be null.
 */
export type WriteResult<P extends Payload, Key extends keyof P, Throws extends boolean, Dry extends boolean> = [
  Throws,
  Dry,
] extends [true, false]
  ? Written<P, Key>
  : P;

/** Throws a payload's user errors unless told not to, and makes sure that what was written is there. */
export function checkPayload<P extends Payload>(
  payload: P,
  keys: ReadonlyArray<keyof P>,
  { throws, dryRun }: { readonly throws: boolean; readonly dryRun: boolean },
): void {
  if (!throws) return;
  if (payload.userErrors.length > 0) throw new UserInputError(payload.userErrors);
  const missing = keys.find((key) => payload[key] === null || payload[key] === undefined);
  if (missing !== undefined && !dryRun) {
    throw new ServerError(`the change was made, but the server did not give ${String(missing)} back`);
  }
}
