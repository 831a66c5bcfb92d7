import type { SilenceText } from "../clients/alertmanager-client.js";
import { checkDuration, parseDuration } from "../core/duration.js";
import type { Matching } from "../core/matching.js";
import { checkText } from "../core/text.js";
import type { UserErrors } from "../graph/user-error.js";
import { readMatchers } from "./read-matchers.js";
import type { SilenceCreateInput, SilencesExtendInput, SilenceUpdateInput } from "./silence-input.js";
import { longestOfAll } from "./silence-settings.js";

// Alertmanager has no limits of its own: it takes a comment of a megabyte, a hundred years.
const commentLimits = { mostBytes: 1_000, multiline: true, templates: true };

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
  checkComment(input.comment, errors);
  checkEnd(nowMs, startsAtMs, endsAtMs, errors);
  return { matchers, startsAtMs, endsAtMs, createdBy: author, comment: input.comment };
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
  if (input.comment != null) checkComment(input.comment, errors);
  checkEnd(nowMs, startsAtMs, endsAtMs, errors);
  return { matchers, startsAtMs, endsAtMs, createdBy: author, comment: input.comment ?? stored.comment };
}

/** Reads what a stored silence is with its end moved; what is wrong goes to `errors`. */
export function readExtension(
  stored: SilenceText,
  input: SilencesExtendInput,
  author: string,
  errors: UserErrors,
): SilenceText {
  if ((input.endsAt == null) === (input.duration == null)) {
    errors.add("INVALID", "Give either `endsAt` or `duration`.", ["input", "endsAt"]);
  }
  const endsAtMs = readEnd(input, stored.endsAtMs, errors) ?? stored.endsAtMs;
  if (!errors.any && endsAtMs <= stored.endsAtMs) {
    const until = new Date(stored.endsAtMs).toISOString();
    const message = `It is in force until ${until} already. To end it sooner, use \`silenceUpdate\`.`;
    errors.add("INVALID", message, ["input", "endsAt"]);
  }
  checkEnd(0, stored.startsAtMs, endsAtMs, errors);
  return { ...stored, endsAtMs, createdBy: author };
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

function checkComment(comment: string, errors: UserErrors): void {
  errors.check(checkText("The comment", comment.trim(), commentLimits), ["input", "comment"]);
}

function checkEnd(nowMs: number, startsAtMs: number, endsAtMs: number, errors: UserErrors): void {
  if (errors.any) return;
  if (endsAtMs <= Math.max(nowMs, startsAtMs)) {
    errors.add("INVALID", "The end must be after the start, and not past.", ["input", "endsAt"]);
  } else if (endsAtMs - startsAtMs > (parseDuration(longestOfAll) ?? 0)) {
    errors.add("LIMIT", `A silence lasts at most ${longestOfAll}.`, ["input", "endsAt"]);
  }
}
