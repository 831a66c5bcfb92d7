import type { Caller } from "../access/caller.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { PrometheusView } from "../clients/prometheus-view.js";
import type { Database } from "../core/database/database.js";
import type { EgressService } from "../egress/egress-service.js";
import { type GraphPart, storedNodes } from "../graph/graph-part.js";
import type { LimitService } from "../projects/limit-service.js";
import type { ProjectService } from "../projects/project-service.js";
import type { SecretStore } from "../secrets/secret-store.js";
import { ScrapeCredentialsService } from "./scrape-credentials-service.js";
import { ScrapeJobChecks } from "./scrape-job-checks.js";
import { ScrapeJobHistory } from "./scrape-job-history.js";
import { ScrapeJobRepository } from "./scrape-job-repository.js";
import { ProjectScrapeJobsResolver, ScrapeCredentialsResolver, ScrapeJobResolver } from "./scrape-job-resolver.js";
import { ScrapeJobService } from "./scrape-job-service.js";
import { ScrapeLimits } from "./scrape-limits.js";
import { ScrapeTimes } from "./scrape-times.js";
import { ScrapeUsageResolver } from "./scrape-usage-resolver.js";
import { ProjectTargetsResolver, ScrapeJobTargetsResolver, TargetResolver } from "./target-resolver.js";
import { TargetService } from "./target-service.js";

/** What scrape jobs are built over. */
export interface TargetsParts {
  readonly database: Database;
  readonly projects: ProjectService;
  readonly limits: LimitService;
  readonly changes: ChangeLog;
  readonly egress: EgressService;
  readonly secrets: SecretStore;
  readonly prometheus: Pick<PrometheusView, "loads" | "sizes" | "targets">;
}

/** What is scraped, and how its targets do. */
export interface TargetsDomain extends GraphPart<Caller> {
  readonly repository: ScrapeJobRepository;
  readonly history: ScrapeJobHistory;
  readonly times: ScrapeTimes;
}

/** Builds the domain of targets. */
export function makeTargets(parts: TargetsParts): TargetsDomain {
  const { database, projects, changes, egress, secrets, prometheus } = parts;
  const repository = new ScrapeJobRepository(database);
  const limits = new ScrapeLimits(repository, parts.limits);
  const checks = new ScrapeJobChecks(egress, limits);
  const jobs = new ScrapeJobService(repository, projects, checks, changes, limits, secrets);
  const credentials = new ScrapeCredentialsService(secrets);
  const targets = new TargetService(repository, prometheus);
  return {
    repository,
    times: new ScrapeTimes(repository, parts.limits),
    history: new ScrapeJobHistory(repository, projects, { checks, limits, secrets }),
    resolvers: [
      new ScrapeJobResolver(jobs, projects, credentials),
      new ScrapeCredentialsResolver(credentials),
      new ProjectScrapeJobsResolver(jobs),
      new TargetResolver(jobs),
      new ScrapeJobTargetsResolver(targets),
      new ProjectTargetsResolver(targets),
      new ScrapeUsageResolver(limits, targets),
    ],
    nodes: [storedNodes("job", (caller, id) => jobs.find(caller, id))],
  };
}
