import type { CapacityBytes } from "./capacity-plan.js";

/** A number with the bounds of its error. */
export interface Estimate {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** What is to be stored, and how. Durations are seconds. */
export interface CapacityLoad {
  readonly series: number;
  readonly samplesPerSecond: number;
  readonly bytesPerSample: Estimate;
  readonly bytesPerSeries: Estimate;
}

/** How it is to be laid out. Durations are seconds. */
export interface CapacityLayout {
  readonly retentionSeconds: number;
  readonly objectStorageSeconds: number | null;
  readonly replicas: number;
  readonly seriesPerServer: number;
}

/** What the layout needs. */
export interface CapacityNeeds {
  readonly shards: number;
  readonly servers: number;
  readonly diskPerServer: CapacityBytes;
  readonly memoryPerServer: CapacityBytes;
  readonly objectStorage: CapacityBytes | null;
}

/** Calibrated: see `formula`. */
export const seriesPerNode = 1_850;
/** Prometheus's documentation, "Storage": 1 to 2 bytes on average. */
export const usualBytesPerSample: Estimate = { expected: 1.5, low: 1, high: 2 };
export const usualBytesPerSeries: Estimate = { expected: 8_192, low: 4_096, high: 16_384 };
/** A Prometheus with nothing to do. */
const emptyServerBytes = 200_000_000;
/** Thanos keeps the raw samples, and at most as much again for 5 minutes and for 1 hour each. */
const downsampledCopies = 3;

/** What a load needs. The projects are taken to be spread evenly over the shards. */
export function capacityNeeds(load: CapacityLoad, layout: CapacityLayout): CapacityNeeds {
  const { replicas, retentionSeconds, objectStorageSeconds } = layout;
  const shards = Math.max(1, Math.ceil(load.series / layout.seriesPerServer));
  const stored = (seconds: number, copies: number) =>
    times(load.bytesPerSample, load.samplesPerSecond * seconds * copies);
  const memory = times(load.bytesPerSeries, load.series / shards);
  const inObjects = objectStorageSeconds === null ? null : stored(objectStorageSeconds, replicas);
  return {
    shards,
    servers: shards * replicas,
    diskPerServer: stored(retentionSeconds, 1 / shards),
    memoryPerServer: {
      expected: memory.expected + emptyServerBytes,
      low: memory.low + emptyServerBytes,
      high: memory.high + emptyServerBytes,
    },
    objectStorage: inObjects && { ...inObjects, high: inObjects.expected * downsampledCopies },
  };
}

/** A measured number, with bounds of a share of it below and above. */
export function measuredEstimate(expected: number, share: number): Estimate {
  return { expected, low: expected * (1 - share), high: expected * (1 + share) };
}

function times({ expected, low, high }: Estimate, factor: number): CapacityBytes {
  return { expected: expected * factor, low: low * factor, high: high * factor };
}
