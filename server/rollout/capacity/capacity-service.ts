import type { Caller } from "../../access/caller.js";
import type { PrometheusView, StorageReading } from "../../clients/prometheus-view.js";
import { checkDuration, parseDuration } from "../../core/duration.js";
import { BadUserInputError, UpstreamUnavailableError } from "../../core/errors.js";
import type { CapacityPlanInput } from "./capacity-input.js";
import { type CapacityPlan, formula, type MeasuredPrometheus } from "./capacity-plan.js";
import {
  type CapacityLoad,
  capacityNeeds,
  type Estimate,
  measuredEstimate,
  seriesPerNode,
  usualBytesPerSample,
  usualBytesPerSeries,
} from "./plan-capacity.js";

/** Fewer series tell of the process, not of the memory that a series takes. */
const leastSeries = 100_000;
/** Of scrapes, in seconds. */
const usualInterval = 60;
const diskErrorShare = 1 / 4;
const memoryErrorShare = 1 / 3;

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Plans how much hardware is needed, from what is given or from what is measured. */
export class CapacityService {
  constructor(
    private readonly prometheus: Pick<PrometheusView, "storages">,
    /** The shard of each Prometheus by its name; those without one scrape the same. */
    private readonly shardOf: (prometheus: string) => string | null,
  ) {}

  /** Throws `BadUserInputError` for what cannot be planned, `UpstreamUnavailableError` when nothing could be measured. */
  async plan(caller: Caller, input: CapacityPlanInput): Promise<CapacityPlan> {
    caller.require("capacity.read");
    const layout = {
      retentionSeconds: secondsOf("retention", input.retention, { least: "2h", most: "10y" }),
      objectStorageSeconds:
        input.objectStorageRetention == null
          ? null
          : secondsOf("objectStorageRetention", input.objectStorageRetention, { least: "1d", most: "100y" }),
      replicas: within("replicas", input.replicas, { least: 1, most: 10 }),
      seriesPerServer: within("seriesPerServer", input.seriesPerServer, { least: 10_000, most: 100_000_000 }),
    };
    const growth = within("growth", input.growth, { least: 0.1, most: 100 });
    const measured = input.nodes == null ? await this.#measure(caller, input) : [];
    const load = grown(input.nodes == null ? measuredLoad(measured) : calculatedLoad(input, input.nodes), growth);
    return {
      source: input.nodes == null ? "MEASURED" : "CALCULATED",
      series: load.series,
      samplesPerSecond: load.samplesPerSecond,
      bytesPerSample: load.bytesPerSample.expected,
      retention: input.retention,
      replicas: layout.replicas,
      ...capacityNeeds(load, layout),
      measured,
      formula,
    };
  }

  async #measure(caller: Caller, input: CapacityPlanInput): Promise<readonly MeasuredPrometheus[]> {
    for (const key of ["seriesPerNode", "scrapeInterval"] as const) {
      if (input[key] != null)
        throw refused(key, `"${key}" goes with "nodes"; without, the plan is made from what is measured.`);
    }
    const readings = await this.prometheus.storages(caller.request.signal);
    return readings.map((reading) => measuredOf(reading, this.shardOf(reading.name)));
  }
}

function measuredOf({ name, storage, error }: StorageReading, shard: string | null): MeasuredPrometheus {
  return {
    name,
    shard,
    series: storage?.series ?? null,
    samplesPerSecond: storage?.samplesPerSecond ?? null,
    bytesPerSample: storage?.bytesPerSample ?? null,
    memoryBytes: storage?.memoryBytes ?? null,
    retention: storage?.storageRetention ?? null,
    error,
  };
}

function calculatedLoad(input: CapacityPlanInput, given: number): CapacityLoad {
  const many = { least: 1, most: 10_000_000 };
  const nodes = within("nodes", given, many);
  const series = nodes * within("seriesPerNode", input.seriesPerNode ?? seriesPerNode, many);
  const interval = secondsOf("scrapeInterval", input.scrapeInterval ?? `${usualInterval}s`, {
    least: "1s",
    most: "1h",
  });
  return {
    series,
    samplesPerSecond: series / interval,
    bytesPerSample: usualBytesPerSample,
    bytesPerSeries: usualBytesPerSeries,
  };
}

/** A shard is as large as the largest of its replicas: another may have just started, or be away. */
function measuredLoad(servers: readonly MeasuredPrometheus[]): CapacityLoad {
  const largest = [...new Set(servers.map(({ shard }) => shard))].flatMap((shard) => {
    const told = servers.filter((server) => server.shard === shard && server.series !== null);
    return told.toSorted((a, b) => (b.series ?? 0) - (a.series ?? 0)).slice(0, 1);
  });
  if (largest.length < new Set(servers.map(({ shard }) => shard)).size || largest.length === 0) {
    throw new UpstreamUnavailableError(
      `What is there cannot be measured: ${whyNot(servers)} Mend that, or give "nodes" to have the plan calculated.`,
    );
  }
  const sum = (of: (server: MeasuredPrometheus) => number | null) =>
    largest.reduce((total, server) => total + (of(server) ?? 0), 0);
  const series = sum((server) => server.series);
  const samplesPerSecond = sum((server) => server.samplesPerSecond ?? (server.series ?? 0) / usualInterval);
  const sized = largest.filter(({ bytesPerSample }) => bytesPerSample !== null);
  const known = largest.filter((server) => (server.series ?? 0) >= leastSeries && server.memoryBytes !== null);
  return {
    series,
    samplesPerSecond,
    bytesPerSample: average(sized, (server) => server.bytesPerSample, diskErrorShare) ?? usualBytesPerSample,
    bytesPerSeries:
      average(known, (server) => (server.memoryBytes ?? 0) / (server.series ?? 1), memoryErrorShare) ??
      usualBytesPerSeries,
  };
}

function whyNot(servers: readonly MeasuredPrometheus[]): string {
  if (servers.length === 0) return "the server's settings name no Prometheus.";
  return servers
    .filter(({ series }) => series === null)
    .map(({ name, error }) => error ?? `Prometheus "${name}" does not tell of its series.`)
    .join(" ");
}

/** Of the servers, each with the weight of its series. */
function average(
  servers: readonly MeasuredPrometheus[],
  of: (server: MeasuredPrometheus) => number | null,
  errorShare: number,
): Estimate | undefined {
  const weight = servers.reduce((total, { series }) => total + (series ?? 0), 0);
  if (weight === 0) return undefined;
  const sum = servers.reduce((total, server) => total + (of(server) ?? 0) * (server.series ?? 0), 0);
  return measuredEstimate(sum / weight, errorShare);
}

function grown(load: CapacityLoad, growth: number): CapacityLoad {
  return { ...load, series: load.series * growth, samplesPerSecond: load.samplesPerSecond * growth };
}

function within(key: string, value: number, { least, most }: Bounds): number {
  if (value >= least && value <= most) return value;
  throw refused(key, `"${key}" must be ${least} to ${most}.`);
}

function secondsOf(key: string, text: string, limits: { readonly least: string; readonly most: string }): number {
  const problem = checkDuration(text, limits);
  if (problem !== null) throw refused(key, `"${key}": ${problem}`);
  return (parseDuration(text) ?? 0) / 1_000;
}

function refused(key: string, message: string): BadUserInputError {
  return new BadUserInputError(message, ["input", key]);
}
