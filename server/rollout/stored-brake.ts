import type { UserErrors } from "../graph/user-error.js";
import type { StoredBrake } from "./agent-brake.js";
import type { AgentBrakeInput } from "./agent-brake-input.js";

const mostNames = 20;
const longestName = 300;

/** The brake as it is kept; one that was reported before keeps its beginning. */
export function storedBrake(
  input: AgentBrakeInput | null | undefined,
  earlier: StoredBrake | null,
  now: Date,
): StoredBrake | null {
  if (input == null) return null;
  const { digest, revision } = input;
  return {
    digest,
    revision,
    removals: input.removals.map(({ kind, count, known, recent }) => ({ kind, count, known, recent })),
    names: input.names.slice(0, mostNames).map((name) => name.slice(0, longestName)),
    since: earlier?.digest === digest ? earlier.since : now.toISOString(),
  };
}

/** Adds what is wrong with a reported brake to `errors`. */
export function checkBrake({ brake, state }: Report, errors: UserErrors): void {
  if ((brake == null) === (state === "BRAKED")) {
    errors.add("INVALID", "An agent is BRAKED exactly when it holds back a deletion.", ["input", "brake"]);
  }
  if (brake == null) return;
  const { digest, revision, removals } = brake;
  errors.check(/^[A-Za-z0-9]{16,64}$/.test(digest) ? null : "16 to 64 letters and digits.", [
    "input",
    "brake",
    "digest",
  ]);
  errors.check(revision >= 0 ? null : "A revision is not negative.", ["input", "brake", "revision"]);
  const isCounted = removals.every(({ count, known, recent }) => count >= 0 && known >= 0 && recent >= 0);
  errors.check(isCounted ? null : "Counts are not negative.", ["input", "brake", "removals"]);
  const isOnce = new Set(removals.map(({ kind }) => kind)).size === removals.length;
  errors.check(isOnce ? null : "Each kind once.", ["input", "brake", "removals"]);
}

interface Report {
  readonly brake?: AgentBrakeInput | null;
  readonly state: string;
}
