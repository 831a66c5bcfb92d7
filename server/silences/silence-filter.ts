import { BadUserInputError } from "../core/errors.js";
import type { Matching } from "../core/matching.js";
import { searchIn } from "../core/search.js";
import type { Silence } from "./silence.js";
import type { SilenceFilter } from "./silence-list-input.js";
import { alertsMatchedBy, projectsConcernedBy } from "./silence-scope.js";

/** Says whether a silence passes. */
export type SilencePredicate = (silence: Silence) => boolean;

/** What only shows in the eyes of whoever asks. */
export interface SilenceEyes {
  /** Counts what comparing takes. */
  readonly matching: Matching;
  readonly mayEdit: SilencePredicate;
  readonly hitsNothing: SilencePredicate;
}

const mostValues = 100;

/** Compiles a filter into one test of silences, which asks the dearest last; throws `BadUserInputError` with the path of what is wrong. */
export function compileSilenceFilter(filter: SilenceFilter, eyes: SilenceEyes): SilencePredicate {
  const { states, projects, createdBy, search, labels, viewerCanEdit, hitsNothing } = filter;
  const { matching } = eyes;
  requireFew("projects", projects?.length ?? 0);
  requireFew("labels", Object.keys(labels ?? {}).length);
  const tests: SilencePredicate[] = [];
  if (states) tests.push(({ state }) => states.includes(state));
  if (createdBy != null) tests.push((silence) => silence.createdBy === createdBy);
  if (viewerCanEdit != null) tests.push((silence) => eyes.mayEdit(silence) === viewerCanEdit);
  if (projects) tests.push(({ matchers }) => projects.some(projectsConcernedBy(matchers, matching)));
  if (search) {
    const holds = searchIn(search, matching);
    tests.push(({ comment, createdBy: author, matchers }) =>
      holds([comment, author, ...matchers.map(({ value }) => value)]),
    );
  }
  if (labels) tests.push(({ matchers }) => alertsMatchedBy(matchers, matching)(labels));
  if (hitsNothing != null) tests.push((silence) => eyes.hitsNothing(silence) === hitsNothing);
  return (silence) => tests.every((test) => test(silence));
}

function requireFew(field: keyof SilenceFilter, count: number): void {
  if (count <= mostValues) return;
  throw new BadUserInputError(`"filter.${field}" may hold at most ${mostValues} values.`, ["filter", field]);
}
