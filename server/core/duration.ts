const units = [
  ["y", 365 * 86_400_000],
  ["w", 7 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** The longest spelling that is stored; the longest without leading zeros is shorter. */
const mostCharacters = 40;

/** Prometheus counts in int64 nanoseconds; what does not fit it refuses. */
const mostMs = 9_223_372_036_854;

// Prometheus's own grammar (common/model/time.go): each unit at most once, from the largest to the smallest.
const grammar =
  /^(?:([0-9]{1,15})y)?(?:([0-9]{1,15})w)?(?:([0-9]{1,15})d)?(?:([0-9]{1,15})h)?(?:([0-9]{1,15})m)?(?:([0-9]{1,15})s)?(?:([0-9]{1,15})ms)?$/;

/** Milliseconds of a Prometheus duration such as `30s`, `1h30m` or `0`; null when Prometheus would refuse the text. */
export function parseDuration(text: string): number | null {
  if (text === "0") return 0;
  const match = grammar.exec(text);
  if (match === null || text === "") return null;
  let total = 0;
  for (const [index, [, ms]] of units.entries()) total += Number(match[index + 1] ?? 0) * ms;
  return total <= mostMs ? total : null;
}

/** Prints whole milliseconds as Prometheus does: `90000` is `1m30s`; years and weeks only where nothing remains. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  let rest = milliseconds;
  let text = "";
  for (const [unit, ms] of units) {
    if ((unit === "y" || unit === "w") && rest % ms !== 0) continue;
    const count = Math.floor(rest / ms);
    if (count === 0) continue;
    text += `${count}${unit}`;
    rest -= count * ms;
  }
  return text;
}

/** Negative, zero or positive as `a` is shorter than, as long as or longer than `b`; both must be valid durations. */
export function compareDurations(a: string, b: string): number {
  return toMilliseconds(a) - toMilliseconds(b);
}

/** The least and the most that a duration may be, as durations, both included. */
export interface DurationLimits {
  readonly least?: string;
  readonly most?: string;
}

/** Says what is wrong with a duration, or null. Zero is refused wherever `least` is above zero. */
export function checkDuration(text: string, limits: DurationLimits = {}): string | null {
  const milliseconds = text.length > mostCharacters ? null : parseDuration(text);
  if (milliseconds === null) {
    return 'A duration is whole numbers with the units y, w, d, h, m, s, ms, largest first, for example "30s" or "1h30m".';
  }
  if (limits.least !== undefined && milliseconds < toMilliseconds(limits.least)) return `The least is ${limits.least}.`;
  if (limits.most !== undefined && milliseconds > toMilliseconds(limits.most)) return `The most is ${limits.most}.`;
  return null;
}

function toMilliseconds(duration: string): number {
  const milliseconds = parseDuration(duration);
  if (milliseconds === null) throw new RangeError("Not a duration that has passed checkDuration.");
  return milliseconds;
}
