import type { Caller } from "../access/caller.js";
import type { LiveTarget, LiveTargets } from "../clients/live-targets.js";
import type { PrometheusView } from "../clients/prometheus-view.js";
import { BatchSource } from "../core/loaders.js";
import { comparePositions, type PageRequest, type Position, pageOfArray } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { ScrapeJobRepository } from "./scrape-job-repository.js";
import type { Target, TargetCounts, TargetFilter } from "./target.js";

/**
 * What Prometheus says of the targets of scrape jobs that the caller may read. Each answer is null as long as no
 * Prometheus has answered: that there are no targets is something else.
 */
export class TargetService {
  constructor(
    private readonly jobs: ScrapeJobRepository,
    private readonly prometheus: Pick<PrometheusView, "targets" | "sizes" | "loads">,
  ) {}

  /** The targets of one scrape job. */
  async listOfJob(
    caller: Caller,
    jobId: string,
    filter: TargetFilter,
    page: PageRequest,
  ): Promise<Connection<Target> | null> {
    const live = await this.#live(caller);
    return live && pageOf(live.of(jobId), filter, page, `ScrapeJob.targets@${jobId}`);
  }

  /** The targets of all scrape jobs of one project. */
  async listOfProject(
    caller: Caller,
    projectId: string,
    filter: TargetFilter,
    page: PageRequest,
  ): Promise<Connection<Target> | null> {
    const targets = await this.#ofProject(caller, projectId);
    return targets && pageOf(targets, filter, page, `Project.targets@${projectId}`);
  }

  /** How many samples one scrape of the project brings at most now. */
  async samplesPerScrape(caller: Caller, projectName: string): Promise<number | null> {
    const sizes = await this.prometheus.sizes(caller.request.signal);
    return sizes?.largest("samplesPerScrape", projectName) ?? null;
  }

  /** How much the project's targets bring now. */
  async load(caller: Caller, kind: "series" | "samplesPerSecond", projectName: string): Promise<number | null> {
    const loads = await this.prometheus.loads(caller.request.signal);
    return loads?.of(kind, projectName) ?? null;
  }

  async countsOfJob(caller: Caller, jobId: string): Promise<TargetCounts | null> {
    const live = await this.#live(caller);
    return live && countsOf(live.of(jobId));
  }

  async countsOfProject(caller: Caller, projectId: string): Promise<TargetCounts | null> {
    const targets = await this.#ofProject(caller, projectId);
    return targets && countsOf(targets);
  }

  async #ofProject(caller: Caller, projectId: string): Promise<readonly LiveTarget[] | null> {
    const [live, jobIds] = await Promise.all([
      this.#live(caller),
      caller.loaders.for(this.jobs.idsByProject).load(projectId),
    ]);
    return live && jobIds.flatMap((jobId) => live.of(jobId));
  }

  /** Read once per request, so that all its lists and counts are of the same moment. */
  #live(caller: Caller): Promise<LiveTargets | null> {
    const read = () =>
      new BatchSource<string, LiveTargets | null>(async (keys) => {
        const live = await this.prometheus.targets(caller.request.signal);
        return keys.map(() => live);
      });
    return caller.loaders.keyed("live targets", read).load("all");
  }
}

function pageOf(
  targets: readonly LiveTarget[],
  filter: TargetFilter,
  page: PageRequest,
  list: string,
): Connection<Target> {
  const found = targets
    .filter((target) => passes(target, filter))
    .sort((a, b) => comparePositions(positionOf(a), positionOf(b)));
  return connection(pageOfArray<Target>(found, page, list, positionOf), () => found.length);
}

function passes({ health, instance, labels, scrapeUrl }: LiveTarget, filter: TargetFilter): boolean {
  if (filter.health && !filter.health.includes(health)) return false;
  const search = filter.search?.toLowerCase();
  return !search || [instance, labels.job ?? "", scrapeUrl].some((text) => text.toLowerCase().includes(search));
}

/** By instance; two jobs may scrape one instance, and one job an instance at several URLs. */
function positionOf({ instance, scrapeJobId, scrapeUrl }: LiveTarget): Position {
  return [instance, `${scrapeJobId} ${scrapeUrl}`];
}

function countsOf(targets: readonly LiveTarget[]): TargetCounts {
  const count = (health: LiveTarget["health"]) => targets.filter((target) => target.health === health).length;
  return { total: targets.length, up: count("UP"), down: count("DOWN"), unknown: count("UNKNOWN") };
}
