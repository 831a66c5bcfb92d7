/** What a Prometheus tells of its own storage. Null is what it cannot tell yet, or does not know in its version. */
export interface PrometheusStorage {
  /** Series in the head block: those that got a sample in the last 2 to 3 hours. */
  readonly series: number | null;
  /** Appended since it started, per second. */
  readonly samplesPerSecond: number | null;
  /** Bytes of the blocks on disk, for each sample in the time that they cover. */
  readonly bytesPerSample: number | null;
  /** Resident memory of its process. */
  readonly memoryBytes: number | null;
  /** As it was told to keep them, by time, size or both: `30d`, `15d or 40GiB`. */
  readonly storageRetention: string;
}

/** A rate over less than this tells of the start, not of what follows. */
const leastSeconds = 300;
/** Blocks that cover less than this are still to be compacted with others, and larger for it. */
const leastBlockSeconds = 12 * 3_600;

/** Reads the text that Prometheus serves at `/metrics`; its names are those of Prometheus 2.x and 3.x. */
export function readStorage(metrics: string): Omit<PrometheusStorage, "storageRetention"> {
  const samples = metricsIn(metrics);
  const get = (name: string) => samples.get(name) ?? null;
  const up = minus(get("process_start_time_seconds"), get("prometheus_tsdb_head_max_time_seconds"));
  const samplesPerSecond = rate(get("prometheus_tsdb_head_samples_appended_total"), up, leastSeconds);
  const covered = minus(get("prometheus_tsdb_lowest_timestamp_seconds"), get("prometheus_tsdb_head_min_time_seconds"));
  const bytesPerSecond = rate(get("prometheus_tsdb_storage_blocks_bytes"), covered, leastBlockSeconds);
  return {
    series: get("prometheus_tsdb_head_series"),
    samplesPerSecond,
    bytesPerSample: over(bytesPerSecond, samplesPerSecond),
    memoryBytes: get("process_resident_memory_bytes"),
  };
}

/** The values by name, those of one name with several label sets added up. */
function metricsIn(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  // Prometheus writes neither spaces in front nor times behind.
  for (const [, name = "", value] of text.matchAll(/^((?:prometheus_tsdb|process)_\w+)(?:\{[^\n]*\})? (\S+)$/gm)) {
    const number = Number(value);
    if (Number.isFinite(number)) values.set(name, (values.get(name) ?? 0) + number);
  }
  return values;
}

function minus(from: number | null, until: number | null): number | null {
  return from === null || until === null ? null : until - from;
}

function over(dividend: number | null, divisor: number | null): number | null {
  return dividend === null || divisor === null || divisor <= 0 ? null : dividend / divisor;
}

function rate(total: number | null, seconds: number | null, least: number): number | null {
  return seconds === null || seconds < least || total === null || total <= 0 ? null : total / seconds;
}
