/** Severities as rules name them, the worst first. */
const known = ["critical", "page", "error", "major", "high", "warning", "warn", "minor", "low", "info", "none"];
const ranks = new Map(known.map((severity, index) => [severity, index]));
/** One that nobody knows is worse than what is only told for information. */
const unknown = known.indexOf("low") + 0.5;

/** How bad a severity is: the less, the worse. */
export function severityRank(severity: string | null): number {
  if (severity === null) return known.length;
  return ranks.get(severity.toLowerCase()) ?? unknown;
}
