import type { Caller } from "../access/caller.js";
import type { Description } from "../audit/change.js";
import { readDescription } from "../audit/read-description.js";
import type { Described } from "../audit/restorable.js";
import { altered } from "../core/database/stored.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import { ChildHistory } from "../projects/child-history.js";
import type { Project } from "../projects/project.js";
import type { Return } from "../projects/project-contents.js";
import type { ProjectService } from "../projects/project-service.js";
import type { SecretStore } from "../secrets/secret-store.js";
import { scrapeJobTaken } from "./check-scrape-job.js";
import { describeScrapeJob } from "./describe-scrape-job.js";
import { type DescribedCredentials, describedScrapeJob } from "./described-scrape-job.js";
import type { StoredCredentials } from "./scrape-credentials.js";
import { ScrapeJob } from "./scrape-job.js";
import type { ScrapeJobChecks } from "./scrape-job-checks.js";
import type { ScrapeJobRepository } from "./scrape-job-repository.js";
import type { ScrapeLimits } from "./scrape-limits.js";

/** How scrape jobs go away with their project, and come back. */
export class ScrapeJobHistory extends ChildHistory<ScrapeJob> {
  override readonly entityTypes = ["ScrapeJob"];
  protected override readonly noun = "Scrape job";
  protected override readonly taken = scrapeJobTaken;

  constructor(
    private readonly jobs: ScrapeJobRepository,
    projects: ProjectService,
    private readonly means: {
      readonly checks: ScrapeJobChecks;
      readonly limits: ScrapeLimits;
      readonly secrets: SecretStore;
    },
  ) {
    super(jobs, projects);
  }

  protected override entityTypeOf(): string {
    return "ScrapeJob";
  }

  protected override describe(job: ScrapeJob): Description {
    return describeScrapeJob(job);
  }

  protected override async prepare({ loaders }: Caller, described: readonly Described[]): Promise<void> {
    const opening = described.map(({ id, description }) => {
      const values = readDescription(describedScrapeJob, description, new UserErrors());
      return values?.credentials && this.means.secrets.open(loaders, values.credentials.secret, id);
    });
    await Promise.all(opening);
  }

  protected override async revive(
    caller: Caller,
    { id, projectId, description }: Described,
    project: Project,
    before: ScrapeJob | null,
    errors: UserErrors,
  ): Promise<ScrapeJob | null> {
    const values = readDescription(describedScrapeJob, description, errors);
    if (values === null) return null;
    const { credentials: described, ...others } = values;
    const credentials = described && (await this.#withSecret(caller, id, described, errors));
    const after = altered(before ?? Object.assign(new ScrapeJob(), { id, projectId }), { ...others, credentials });
    // The secret was given for these very targets.
    await this.means.checks.add(caller, { project, before, after, keepsSecretOf: null }, errors);
    return after;
  }

  async #withSecret(
    { loaders }: Caller,
    jobId: string,
    { kind, username, secret: secretId }: DescribedCredentials,
    errors: UserErrors,
  ): Promise<StoredCredentials> {
    const opened = await this.means.secrets.open(loaders, secretId, jobId);
    if ("problem" in opened) errors.add("NOT_FOUND", opened.problem, ["input", "credentials", "secret"]);
    return { kind, username, secretId };
  }

  protected override countsOf(jobs: readonly ScrapeJob[]): Return["counts"] {
    return { scrapeJobs: jobs.length, targets: jobs.reduce((sum, job) => sum + job.staticTargets.length, 0) };
  }

  protected override refusal(before: ScrapeJob | null, after: ScrapeJob): Promise<UserError | null> {
    return this.means.limits.refusal(before, after);
  }

  protected override namesake({ projectId, name }: ScrapeJob): Promise<ScrapeJob | null> {
    return this.jobs.findByName(projectId, name);
  }
}
