import type { SilenceText } from "../clients/alertmanager-client.js";
import { checkDuration, parseDuration } from "../core/duration.js";
import type { Matching } from "../core/matching.js";
import { checkText } from "../core/text.js";
import type { UserErrors } from "../graph/user-error.js";
import { readMatchers } from "./read-matchers.js";
import type { SilenceCreateInput, SilenceUpdateInput } from "./silence-input.js";

// Alertmanager has no limits of its own: it takes a comment of a megabyte, a hundred years.
const longest = "366d";

/** Who writes, and when. */
export interface Writing {
  readonly author: string;
  readonly nowMs: number;
  /** Counts what reading the matchers takes. */
  readonly matching: Matching;
}

/** Reads a new silence; what is wrong goes to `errors`. `projectName` is of the project that it is for, when one was given. */
export function readNewSilence(
  input: SilenceCreateInput,
  projectName: string | null,
  writing: Writing,
  errors: UserErrors,
): SilenceText {
  const { author, nowMs, matching } = writing;
  const startsAtMs = Math.max(nowMs, input.startsAt?.getTime() ?? nowMs);
  if ((input.endsAt == null) === (input.duration == null)) {
    errors.add("INVALID", "Give either `endsAt` or `duration`.", ["input", "endsAt"]);
  }
  const endsAtMs = readEnd(input, startsAtMs, errors) ?? startsAtMs;
  const matchers = readMatchers(input.matchers, projectName, matching, errors);
  return checked({ matchers, startsAtMs, endsAtMs, createdBy: author, comment: input.comment }, nowMs, errors);
}

/** Reads what a stored silence becomes; what is wrong goes to `errors`. */
export function readChangedSilence(
  stored: SilenceText,
  input: SilenceUpdateInput,
  writing: Writing,
  errors: UserErrors,
): SilenceText {
  const { author, nowMs, matching } = writing;
  const startsAtMs = input.startsAt?.getTime() ?? stored.startsAtMs;
  if (input.endsAt != null && input.duration != null) {
    errors.add("INVALID", "Give either `endsAt` or `duration`.", ["input", "endsAt"]);
  }
  const endsAtMs = readEnd(input, Math.max(nowMs, startsAtMs), errors) ?? stored.endsAtMs;
  const matchers = input.matchers ? readMatchers(input.matchers, null, matching, errors) : stored.matchers;
  const comment = input.comment ?? stored.comment;
  return checked({ matchers, startsAtMs, endsAtMs, createdBy: author, comment }, nowMs, errors);
}

function readEnd(
  { endsAt, duration }: Pick<SilenceCreateInput, "endsAt" | "duration">,
  fromMs: number,
  errors: UserErrors,
): number | null {
  if (duration == null) return endsAt?.getTime() ?? null;
  errors.check(checkDuration(duration, { least: "1s" }), ["input", "duration"]);
  return fromMs + (parseDuration(duration) ?? 0);
}

function checked(silence: SilenceText, nowMs: number, errors: UserErrors): SilenceText {
  const { startsAtMs, endsAtMs, comment } = silence;
  const limits = { mostBytes: 1_000, multiline: true, templates: true };
  errors.check(checkText("The comment", comment.trim(), limits), ["input", "comment"]);
  if (errors.any) return silence;
  if (endsAtMs <= Math.max(nowMs, startsAtMs)) {
    errors.add("INVALID", "The end must be after the start, and not past.", ["input", "endsAt"]);
  } else if (endsAtMs - startsAtMs > (parseDuration(longest) ?? 0)) {
    errors.add("LIMIT", `A silence lasts at most ${longest}.`, ["input", "endsAt"]);
  }
  return silence;
}
