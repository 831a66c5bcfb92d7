import type { Settings } from "../settings/settings.js";
import { type Brake, nounOf, type RemovalKind } from "./removal.js";

/** The changes would take away so much that they look like a mistake; nothing is applied until an operator confirms it. */
export class BrakedError extends Error {
  override readonly name = "BrakedError";

  constructor(
    readonly brake: Brake,
    braking: readonly RemovalKind[],
    { maxDeletedShare }: Settings["brake"],
    isEmptied: boolean,
  ) {
    const why = isEmptied
      ? "The server's answer holds no project at all: it"
      : `The server's answer would remove more than the share of ${maxDeletedShare} that "brake.maxDeletedShare" allows ` +
        `of the ${braking.map((kind) => nounOf(kind, 2)).join(", ")}: it`;
    super(
      `${why} would remove ${removalsOf(brake)} from this machine. Nothing was changed. Bring back what was deleted, or have ` +
        `an operator confirm it: agentBrakeRelease with the digest "${brake.digest}".`,
    );
  }
}

function removalsOf({ removals }: Brake): string {
  const words = removals.map(({ kind, count, known, recent }) => {
    const before = recent === 0 ? "" : ` after ${recent} others shortly before`;
    return `${count} of ${known} ${nounOf(kind, known)}${before}`;
  });
  return words.join(", ") || "what is left";
}
