import type { Caller } from "../access/caller.js";
import type { EntryCount } from "../core/database/table-reader.js";
import { compareDurations } from "../core/duration.js";
import type { UserError, UserErrors } from "../graph/user-error.js";
import type { LimitService } from "../projects/limit-service.js";
import type { Project } from "../projects/project.js";
import type { ScrapeJob } from "./scrape-job.js";
import type { ScrapeJobRepository } from "./scrape-job-repository.js";

/** The limits of projects on what is scraped. What was written under wider ones stays, and can be changed otherwise. */
export class ScrapeLimits {
  constructor(
    private readonly repository: ScrapeJobRepository,
    private readonly limits: LimitService,
  ) {}

  /** How many scrape jobs the project has, and how many static targets in them. */
  usage(caller: Caller, projectId: string): Promise<EntryCount> {
    return caller.loaders.for(this.repository.usageByProject).load(projectId);
  }

  /** Adds that the job's interval, which is well-formed, is shorter than the project may have. */
  checkInterval(project: Project, { scrapeInterval }: ScrapeJob, before: ScrapeJob | null, errors: UserErrors): void {
    if (scrapeInterval === null || scrapeInterval === before?.scrapeInterval) return;
    const { leastScrapeInterval, tier } = this.limits.of(project);
    if (compareDurations(scrapeInterval, leastScrapeInterval) >= 0) return;
    const message = `The limit tier "${tier}" allows no interval below ${leastScrapeInterval}. Give that or a longer one.`;
    errors.add("LIMIT", message, ["input", "scrapeInterval"]);
  }

  /** What speaks against the change, asked inside its transaction. */
  refusal(before: ScrapeJob | null, after: ScrapeJob | null): Promise<UserError | null> {
    const projectId = (after ?? before)?.projectId ?? "";
    const used = async () => (await this.repository.entryCounts([projectId], "projectId", "staticTargets"))[0];
    const jobs = (after ? 1 : 0) - (before ? 1 : 0);
    const targets = (after?.staticTargets.length ?? 0) - (before?.staticTargets.length ?? 0);
    return this.limits.refusal(projectId, [
      { limit: "scrapeJobs", by: jobs, used: async () => (await used())?.rows ?? 0, path: ["input", "project"] },
      {
        limit: "targets",
        by: targets,
        used: async () => (await used())?.entries ?? 0,
        path: ["input", "staticTargets"],
      },
    ]);
  }
}
