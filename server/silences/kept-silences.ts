import type { AlertSnapshot } from "../alerts/alert-snapshot.js";
import type { SilenceText } from "../clients/alertmanager-client.js";
import { projectOf } from "./silence-scope.js";

/** What the Alertmanagers keep of a project's silences, those that ended and are not forgotten yet among them. */
export interface KeptSilences {
  /** In kB, each silence rounded up. */
  readonly size: number;
  /** When the first of those that ended did; null when none has. */
  readonly firstEnd: Date | null;
}

/** How much a project may have kept that may have so many silences in force. */
export function mostKept(silences: number): number {
  return 10 * silences;
}

/** What is kept of the silences that are for this project alone, without those with ids, as Alertmanager has them, in `others`. */
export function keptOf(projectName: string, { silences }: AlertSnapshot, others: ReadonlySet<string>): KeptSilences {
  const own = silences.flatMap(({ silence }) =>
    projectOf(silence.matchers) === projectName && !others.has(silence.id) ? [silence] : [],
  );
  const ends = own.filter(({ state }) => state === "EXPIRED").map(({ endsAtMs }) => endsAtMs);
  return {
    size: own.reduce((sum, silence) => sum + sizeOf(silence), 0),
    firstEnd: ends.length === 0 ? null : new Date(ends.reduce((first, end) => Math.min(first, end))),
  };
}

/** How much an Alertmanager answers for a silence, in kB, rounded up. */
export function sizeOf({ matchers, createdBy, comment }: SilenceText): number {
  const text = JSON.stringify({ matchers, createdBy, comment });
  // Go writes six characters for each of these.
  const escaped = text.match(/[<>&\u2028\u2029]/g)?.length ?? 0;
  return Math.ceil((bytesBeside + Buffer.byteLength(text) + 5 * escaped) / 1_024);
}

/** Of an id, a state and four times. */
const bytesBeside = 250;
