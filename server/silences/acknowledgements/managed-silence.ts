import type { AlertSnapshot } from "../../alerts/alert-snapshot.js";
import type { SilenceText, UpstreamSilence } from "../../clients/alertmanager-client.js";
import type { Labels } from "../../core/labels.js";
import type { Matcher } from "../../core/matcher.js";
import { projectLabel } from "../silence-scope.js";
import type { Acknowledgement } from "./acknowledgement.js";

// The silence that keeps an acknowledged alert quiet. Alertmanager has no annotations of silences before 0.32, so the
// comment ends with the id of the acknowledgement, and what it matches says whether that may be believed.

// What is asked of each alert there is; a person's silence has the same bounds.
const mostMatchers = 50;
const mostMatcherBytes = 8_192;

/** Says why no silence can be made for an alert with these labels; null when one can. */
export function checkSilenceable(labels: Labels): string | null {
  if (isBounded(labels, [])) return null;
  const [count, bytes] = [Object.keys(labels).length, bytesOf(labels, [])];
  return `The alert has ${count} labels of ${bytes} bytes, too much for the matchers of a silence: ${mostMatchers} of ${mostMatcherBytes} bytes. Acknowledge it with \`quiet: false\`.`;
}

/** Whether the silence for exactly these labels, and for none that has one of `without` besides, is not too much to ask. */
export function isBounded(labels: Labels, without: readonly string[]): boolean {
  return Object.keys(labels).length + without.length <= mostMatchers && bytesOf(labels, without) <= mostMatcherBytes;
}

function bytesOf(labels: Labels, without: readonly string[]): number {
  return [...Object.entries(labels).flat(), ...without].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** What is to be in Alertmanager. */
export interface ManagedSilenceTimes {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/**
 * The silence of an acknowledgement: for the alert with exactly these labels. `without` are labels that it does not have and
 * others have that have all of its own: a silence is for those too unless it says so. That of an alert of no project is for
 * no project's, not even for one that is yet to come.
 */
export function managedSilence(
  { id, labels, owner, handedOverBy, note }: Acknowledgement,
  { startsAtMs, endsAtMs }: ManagedSilenceTimes,
  without: readonly string[],
): SilenceText {
  const by = handedOverBy === null ? `Acknowledged by ${owner}` : `Acknowledged by ${handedOverBy} for ${owner}`;
  const said = note.trim() === "" ? "" : `: ${note.trim()}`;
  const absent = new Set(Object.hasOwn(labels, projectLabel) ? without : [projectLabel, ...without]);
  return {
    matchers: [...matchersOf(labels), ...[...absent].sort().map((name) => equal(name, ""))],
    startsAtMs,
    endsAtMs,
    // Who writes a silence is somebody who may; a name that it was handed over to is nobody's word.
    createdBy: handedOverBy ?? owner,
    comment: `${by}${said} [${id}]`,
  };
}

/** The id of the acknowledgement that a silence says it is of; null when it says none. */
export function acknowledgementIn({ comment }: Pick<SilenceText, "comment">): string | null {
  return /\[(ack_[0-9a-z]{26})\]$/.exec(comment)?.[1] ?? null;
}

/** Whether a silence matches what that of the acknowledgement does, or less: anybody can write an id into a comment. */
export function isFor(
  { labels }: Pick<Acknowledgement, "labels">,
  { matchers }: Pick<SilenceText, "matchers">,
): boolean {
  const own = new Map(matchers.filter(isEquality).map(({ name, value }) => [name, value]));
  const needed = Object.entries(labels);
  return (
    own.size === matchers.length &&
    needed.every(([name, value]) => own.get(name) === value) &&
    [...own].every(([name, value]) => value === "" || Object.hasOwn(labels, name))
  );
}

/** The labels that a silence says its alerts do not have. */
export function absentIn({ matchers }: Pick<SilenceText, "matchers">): readonly string[] {
  return matchers.filter(({ value, isRegex, isEqual }) => value === "" && !isRegex && isEqual).map(({ name }) => name);
}

/** Whether somebody ended it: then its end is the time of its last change, and was not reached by waiting. */
export function wasEndedEarly({ state, endsAtMs, updatedAtMs }: UpstreamSilence): boolean {
  return state === "EXPIRED" && updatedAtMs >= endsAtMs;
}

/** The names of labels by which others of these alerts, which have all labels of this one, differ from it. */
export function labelsBeyond(labels: Labels, others: Iterable<{ readonly labels: Labels }>): readonly string[] {
  const own = Object.entries(labels);
  const beyond = new Set<string>();
  for (const other of others) {
    if (!own.every(([name, value]) => other.labels[name] === value)) continue;
    for (const name of Object.keys(other.labels)) if (!Object.hasOwn(labels, name)) beyond.add(name);
  }
  return [...beyond];
}

/** The alerts among which those with all labels of this one are. */
export function namedLike(
  { alertname }: Labels,
  snapshot: AlertSnapshot | null,
): Iterable<{ readonly labels: Labels }> {
  if (snapshot === null) return [];
  return alertname === undefined ? snapshot.alerts : snapshot.byLabel("alertname").get(alertname);
}

/** Alertmanager asks them in turn, of each alert: the project first. */
function matchersOf(labels: Labels): readonly Matcher[] {
  const names = Object.keys(labels).sort(
    (a, b) => Number(b === projectLabel) - Number(a === projectLabel) || (a < b ? -1 : 1),
  );
  return names.map((name) => equal(name, labels[name] ?? ""));
}

function equal(name: string, value: string): Matcher {
  return { name, value, isRegex: false, isEqual: true };
}

function isEquality({ isRegex, isEqual }: Matcher): boolean {
  return isEqual && !isRegex;
}
