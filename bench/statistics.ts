/** The value below which `share` of the sorted values lie (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Median and 95th percentile of milliseconds, for a table. */
export function medianAndP95(values: readonly number[]): string {
  return `${quantile(values, 0.5).toFixed(0).padStart(7)} ${quantile(values, 0.95).toFixed(0).padStart(7)}`;
}
