const unitMs = [365 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000, 1] as const;
const grammar = /^(?=.)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds of a Prometheus duration such as `30s` or `1h30m`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  if (text === "0") return 0;
  const match = grammar.exec(text);
  return match === null
    ? undefined
    : unitMs.reduce((total, ms, index) => total + Number(match[index + 1] ?? 0) * ms, 0);
}
