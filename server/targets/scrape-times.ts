import { compareDurations, parseDuration } from "../core/duration.js";
import type { ProjectLimits } from "../projects/limit-tier.js";
import type { Project } from "../projects/project.js";
import type { ScrapeJob } from "./scrape-job.js";

/** A project as far as it matters here. */
type Scraped = Pick<Project, "id" | "limitTier">;

/** What is known of projects' scrape jobs, and of their limits. */
interface Jobs {
  ofProject(projectId: string): Promise<readonly Pick<ScrapeJob, "enabled" | "scrapeInterval">[]>;
}
interface Intervals {
  of(project: Scraped): Pick<ProjectLimits, "scrapeInterval" | "leastScrapeInterval">;
}

/**
 * How long a Prometheus may take from a new scrape job to the targets that it scrapes: what it discovers is told once in 5 s, and
 * taken over once in 5 s (`updatert` of its discovery, `DiscoveryReloadInterval` of its scraping).
 */
const discoveryMs = 10_000;

/** Says of a project how soon a Prometheus that has just begun with it knows its series. */
export class ScrapeTimes {
  constructor(
    private readonly repository: Jobs,
    private readonly limits: Intervals,
  ) {}

  /** Until each target was scraped once, in milliseconds; 0 when there are none. Read from the database at this moment. */
  async firstScrapeMs(project: Scraped): Promise<number> {
    const { scrapeInterval: usual, leastScrapeInterval: least } = this.limits.of(project);
    const jobs = (await this.repository.ofProject(project.id)).filter(({ enabled }) => enabled);
    const intervals = jobs.map(({ scrapeInterval }) => {
      const interval = scrapeInterval ?? usual;
      return parseDuration(compareDurations(interval, least) < 0 ? least : interval) ?? 0;
    });
    return intervals.length === 0 ? 0 : discoveryMs + Math.max(...intervals);
  }
}
