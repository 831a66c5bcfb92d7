import { type Known, seenBy } from "./merge-replicas.js";
import type { PrometheusClient, Sample } from "./prometheus-client.js";

/** What each project's targets bring, by the project's name, as one Prometheus has it now. */
export interface ReplicaLoads {
  readonly series: ReadonlyMap<string, number>;
  readonly samplesPerSecond: ReadonlyMap<string, number>;
}

const seriesOfProjects = 'sum by (project) (scrape_samples_post_metric_relabeling{project!=""})';
/** Whatever the interval of each target is. */
const samplesOfProjects =
  'sum by (project) (sum_over_time(scrape_samples_post_metric_relabeling{project!=""}[10m])) / 600';

/** Asks one Prometheus for the loads of all projects at once. */
export async function readLoads(client: PrometheusClient, signal?: AbortSignal): Promise<ReplicaLoads> {
  const [series, samplesPerSecond] = await Promise.all([
    client.query(seriesOfProjects, signal),
    client.query(samplesOfProjects, signal),
  ]);
  return { series: byProject(series), samplesPerSecond: byProject(samplesPerSecond) };
}

/** The loads over all Prometheus servers, at one moment. */
export class LiveLoads {
  constructor(private readonly servers: readonly Known<ReplicaLoads>[]) {}

  /** The project's, by the server that has most of it: the others may have just started. 0 where none knows of any. */
  of(load: keyof ReplicaLoads, project: string): number {
    const seen = seenBy(this.servers, (loads) => loads[load].get(project));
    return Math.max(0, ...seen.map(({ thing }) => thing));
  }
}

function byProject(samples: readonly Sample[]): ReadonlyMap<string, number> {
  return new Map(samples.map(({ labels, value }) => [labels.project ?? "", value]));
}
