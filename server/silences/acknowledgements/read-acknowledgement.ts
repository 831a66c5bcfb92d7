import type { Principal } from "../../access/principal.js";
import { checkDuration, parseDuration } from "../../core/duration.js";
import { checkText, isPrintable } from "../../core/text.js";
import type { UserErrors } from "../../graph/user-error.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { AlertsAcknowledgeInput } from "./acknowledgement-input.js";
import type { AcknowledgementSettings } from "./acknowledgement-settings.js";

const mostOwnerCharacters = 100;
const mostNoteBytes = 1_000;
/** Of an end that somebody gives, where the settings say nothing. */
const longest = "366d";

/** Who looks after an alert. */
export type Owner = Pick<Acknowledgement, "owner" | "ownerId" | "handedOverBy">;

/** The owner that a principal names; without a name itself. There is no list of people, so any name that can be read will do. */
export function readOwner(name: string | null | undefined, principal: Principal, errors: UserErrors): Owner {
  const owner = name?.trim() ?? principal.name;
  if (owner === principal.name) return { owner, ownerId: principal.id, handedOverBy: null };
  const path = ["input", "owner"];
  errors.check(checkText("The owner's name", owner, { mostBytes: 4 * mostOwnerCharacters, templates: true }), path);
  if (Array.from(owner).length > mostOwnerCharacters) {
    errors.check(`The owner's name is at most ${mostOwnerCharacters} characters long.`, path);
  } else if (!isPrintable(owner)) {
    errors.check("The owner's name must not hold invisible characters.", path);
  }
  return { owner, ownerId: null, handedOverBy: principal.name };
}

/** What is wrong with the note goes to `errors`. */
export function readNote(note: string | null | undefined, errors: UserErrors): string {
  const text = (note ?? "").trim();
  const limits = { mostBytes: mostNoteBytes, empty: true, multiline: true, templates: true };
  errors.check(checkText("The note", text, limits), ["input", "note"]);
  return text;
}

/** Until when an acknowledgement is in force at the latest, as input and settings say; null for as long as its alert fires. */
export function readExpiry(
  { expiresAt, duration }: Pick<AlertsAcknowledgeInput, "expiresAt" | "duration">,
  nowMs: number,
  { defaultDuration, longestDuration }: AcknowledgementSettings,
  errors: UserErrors,
): Date | null {
  const path = ["input", duration == null ? "expiresAt" : "duration"];
  const most = longestDuration ?? longest;
  if (expiresAt != null && duration != null) errors.add("INVALID", "Give either `expiresAt` or `duration`.", path);
  if (duration != null) errors.check(checkDuration(duration, { least: "1s" }), path);
  if (errors.any) return null;
  if (expiresAt == null && duration == null) {
    const lasts = shortest(defaultDuration, longestDuration);
    return lasts === null ? null : new Date(nowMs + lasts);
  }
  const lastsMs = expiresAt == null ? (parseDuration(duration ?? "") ?? 0) : expiresAt.getTime() - nowMs;
  if (lastsMs <= 0) errors.add("INVALID", "The end must not be past.", path);
  if (lastsMs > (parseDuration(most) ?? 0)) {
    errors.add("LIMIT", `An acknowledgement lasts at most ${most}.`, path);
    return null;
  }
  return new Date(nowMs + lastsMs);
}

function shortest(...durations: readonly (string | undefined)[]): number | null {
  const given = durations.flatMap((duration) => (duration === undefined ? [] : (parseDuration(duration) ?? [])));
  return given.length === 0 ? null : Math.min(...given);
}
