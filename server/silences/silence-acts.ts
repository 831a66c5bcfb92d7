import type { Act, Description } from "../audit/change.js";
import { formatMatcher } from "../core/matcher.js";
import type { Silence } from "./silence.js";
import { projectOf } from "./silence-scope.js";
import { type WantedSilence, wantedEnd } from "./wanted-silence.js";

/** The silence that ends because what it is to be is for another project; null where there is none. */
export function movedFrom(before: Silence | null, { silence }: WantedSilence): Silence | null {
  return before !== null && projectOf(before.matchers) !== projectOf(silence.matchers) ? before : null;
}

/** The ids of the projects of both; null for none. */
export interface ProjectsOfWrite {
  readonly before: string | null;
  readonly wanted: string | null;
}

/**
 * What a write of a silence is to do. One that moves to another project ends in one change log and begins in the other:
 * neither reads of both.
 */
export function intendedActs(
  before: Silence | null,
  wanted: WantedSilence,
  projectIds: ProjectsOfWrite,
): readonly Act[] {
  const begun = { entityType: "Silence", projectId: projectIds.wanted, after: describeWanted(wanted) };
  const moved = movedFrom(before, wanted);
  if (moved === null) {
    const was = before && describe(before);
    return [{ ...begun, action: was === null ? "CREATE" : "UPDATE", entityId: before?.id ?? "", before: was }];
  }
  const { id } = moved;
  const ended = { id, ...describeWanted(wantedEnd(moved, wanted.silence.updatedAtMs)) };
  return [
    { ...begun, action: "CREATE", entityId: "", before: null },
    {
      ...{ action: "UPDATE", entityType: "Silence", entityId: id, projectId: projectIds.before },
      ...{ before: describe(moved), after: ended },
    },
  ];
}

/** What it did: what it was to do, with the silences as they are now. */
export function doneActs(intended: readonly Act[], ...silences: readonly Silence[]): readonly Act[] {
  return silences.flatMap((silence, index) =>
    intended.slice(index, index + 1).map((act) => ({ ...act, entityId: silence.id, after: describe(silence) })),
  );
}

/** How a silence shows in the change log. */
export function describe({ id, cluster, matchers, state, startsAt, endsAt, comment }: Silence): Description {
  return { id, cluster, matchers: matchers.map(formatMatcher), state, startsAt, endsAt, comment };
}

function describeWanted({ cluster, silence }: WantedSilence): Description {
  const { matchers, state, startsAtMs, endsAtMs, comment } = silence;
  const [startsAt, endsAt] = [new Date(startsAtMs), new Date(endsAtMs)];
  return { cluster, matchers: matchers.map(formatMatcher), state, startsAt, endsAt, comment };
}
