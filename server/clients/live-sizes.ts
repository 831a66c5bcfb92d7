import { type Known, seenBy } from "./merge-replicas.js";
import type { PrometheusClient, Sample } from "./prometheus-client.js";

/** What is largest in each project, by the project's name, as one Prometheus has it now. */
export interface ReplicaSizes {
  readonly samplesPerScrape: ReadonlyMap<string, number>;
  readonly seriesPerRule: ReadonlyMap<string, number>;
}

/** What each scrape left after relabelling, also where that was too much; Prometheus writes it beside `up`. */
const samplesPerScrape = 'max by (project) (scrape_samples_post_metric_relabeling{project!=""})';

/** The alerts of each alerting rule, pending and firing ones. */
const seriesPerRule = 'max by (project) (count by (project, alertname) (ALERTS{project!=""}))';

/** Asks one Prometheus for the sizes of all projects at once. */
export async function readSizes(client: PrometheusClient, signal?: AbortSignal): Promise<ReplicaSizes> {
  const [scrapes, rules] = await Promise.all([
    client.query(samplesPerScrape, signal),
    client.query(seriesPerRule, signal),
  ]);
  return { samplesPerScrape: byProject(scrapes), seriesPerRule: byProject(rules) };
}

/** The sizes over all Prometheus servers, at one moment. */
export class LiveSizes {
  constructor(private readonly servers: readonly Known<ReplicaSizes>[]) {}

  /** What is largest in the project; 0 where no server knows of any. */
  largest(size: keyof ReplicaSizes, project: string): number {
    const seen = seenBy(this.servers, (sizes) => sizes[size].get(project));
    return Math.max(0, ...seen.map(({ thing }) => thing));
  }
}

function byProject(samples: readonly Sample[]): ReadonlyMap<string, number> {
  return new Map(samples.map(({ labels, value }) => [labels.project ?? "", value]));
}
