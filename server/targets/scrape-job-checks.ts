import type { Caller } from "../access/caller.js";
import type { EgressService } from "../egress/egress-service.js";
import type { UserErrors } from "../graph/user-error.js";
import type { Project } from "../projects/project.js";
import { checkCredentials } from "./check-credentials.js";
import { checkScrapeJob } from "./check-scrape-job.js";
import { newHosts } from "./named-hosts.js";
import type { ScrapeJob } from "./scrape-job.js";
import type { ScrapeLimits } from "./scrape-limits.js";

/** A scrape job that is to be stored. */
export interface UncheckedJob {
  /** Its project, which may be about to be there again. */
  readonly project: Project;
  /** The job as it is stored. */
  readonly before: ScrapeJob | null;
  readonly after: ScrapeJob;
  /** The job whose stored secret it keeps, by which it may reach no more than that one; null when they belong together. */
  readonly keepsSecretOf: ScrapeJob | null;
}

/** All that a scrape job has to hold to, whether it is written anew or brought back; its name's being taken left out. */
export class ScrapeJobChecks {
  constructor(
    private readonly egress: EgressService,
    private readonly limits: ScrapeLimits,
  ) {}

  /** Adds all that is wrong with the job to `errors`. */
  async add(
    caller: Caller,
    { project, before, after, keepsSecretOf }: UncheckedJob,
    errors: UserErrors,
  ): Promise<void> {
    checkScrapeJob(after, errors);
    checkCredentials(after, { before: keepsSecretOf, mayGoOverHttp: this.egress.credentialsOverHttp }, errors);
    if (!errors.any) this.limits.checkInterval(project, after, before, errors);
    if (follows(after) && !follows(before)) errors.check(this.egress.refusesRedirects, redirects);
    await this.egress.checkFor(caller, project.name, "TARGETS", newHosts(before, after), errors);
  }
}

const redirects = ["input", "probe", "http", "followRedirects"];

function follows(job: ScrapeJob | null): boolean {
  return job?.probe?.kind === "HTTP" && job.probe.followRedirects;
}
