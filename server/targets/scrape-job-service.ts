import type { Caller } from "../access/caller.js";
import type { Change } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import { altered } from "../core/database/stored.js";
import type { Order } from "../core/database/table-reader.js";
import { NotFoundError } from "../core/errors.js";
import { newId, requireId } from "../core/ids.js";
import type { PageRequest } from "../core/page.js";
import { type Connection, connection } from "../graph/connection.js";
import type { Outcome } from "../graph/payload.js";
import { UserErrors } from "../graph/user-error.js";
import type { ProjectService } from "../projects/project-service.js";
import type { SecretStore } from "../secrets/secret-store.js";
import { scrapeJobTaken } from "./check-scrape-job.js";
import { describeScrapeJob } from "./describe-scrape-job.js";
import { type ReadCredentials, readCredentials } from "./read-credentials.js";
import { readProbe } from "./read-probe.js";
import { readOpenstackDiscovery, readStaticTargets } from "./read-targets.js";
import type { StoredCredentials } from "./scrape-credentials.js";
import type { ScrapeCredentialsInput } from "./scrape-credentials-input.js";
import { ScrapeJob } from "./scrape-job.js";
import type { ScrapeJobChecks } from "./scrape-job-checks.js";
import type { ScrapeJobCreateInput, ScrapeJobFilter, ScrapeJobUpdateInput } from "./scrape-job-input.js";
import type { ScrapeJobRepository } from "./scrape-job-repository.js";
import type { ScrapeLimits } from "./scrape-limits.js";

/** What of a change is not in the job itself. */
interface Given {
  readonly dryRun: boolean;
  /** The secrets that are new, by the reference that the job holds. */
  readonly plaintexts?: ReadonlyMap<string, string> | undefined;
}

/** The rules about scrape jobs: who edits them, what they may hold. */
export class ScrapeJobService {
  constructor(
    private readonly repository: ScrapeJobRepository,
    private readonly projects: ProjectService,
    private readonly checks: ScrapeJobChecks,
    private readonly changes: ChangeLog,
    private readonly limits: ScrapeLimits,
    private readonly secrets: SecretStore,
  ) {}

  /** The job with this id; null when it is absent or invisible to the caller. */
  async find(caller: Caller, id: string): Promise<ScrapeJob | null> {
    const job = await caller.loaders.for(this.repository.byId).load(id);
    return job && caller.may("project.read", job.projectId) ? job : null;
  }

  /** The jobs of a project that is visible to the caller. */
  async listOf(
    caller: Caller,
    projectId: string,
    filter: ScrapeJobFilter,
    order: Order,
    page: PageRequest,
  ): Promise<Connection<ScrapeJob>> {
    const query = { narrow: this.repository.where(filter), filter, order, page, list: "Project.scrapeJobs" };
    const found = await this.repository.below(caller.loaders, "projectId", projectId, query);
    return connection(found.page, found.count);
  }

  async create(caller: Caller, input: ScrapeJobCreateInput, dryRun: boolean): Promise<Outcome<ScrapeJob>> {
    const projectId = requireId("prj", input.project, ["input", "project"]);
    caller.requireIn(projectId, "config.write", "Project");
    await this.projects.require(caller, projectId);
    return this.changes.once(
      caller,
      (id) => this.find(caller, id),
      async (key) => {
        const errors = new UserErrors();
        const given = this.#readCredentials(input.credentials, null, errors);
        const job = Object.assign(new ScrapeJob(), {
          id: newId("job"),
          projectId,
          name: input.name,
          enabled: input.enabled ?? true,
          scheme: input.scheme ?? "HTTP",
          metricsPath: input.metricsPath ?? "/metrics",
          params: input.params ?? {},
          scrapeInterval: input.scrapeInterval ?? null,
          scrapeTimeout: input.scrapeTimeout ?? null,
          staticTargets: readStaticTargets(input.staticTargets ?? []),
          openstackDiscovery: input.openstackDiscovery ? readOpenstackDiscovery(input.openstackDiscovery) : null,
          probe: input.probe ? readProbe(input.probe) : null,
          credentials: given?.credentials ?? null,
        });
        await this.#check(caller, null, job, errors);
        const change = this.#change(null, job, { dryRun, plaintexts: given?.plaintexts }, () =>
          this.repository.insert(job),
        );
        return this.changes.commit(caller, change, { dryRun, key, userErrors: errors.list });
      },
    );
  }

  async update(caller: Caller, id: string, input: ScrapeJobUpdateInput, dryRun: boolean): Promise<Outcome<ScrapeJob>> {
    requireId("job", id);
    caller.requireAnywhere("config.write");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#changeable(caller, id);
        const errors = new UserErrors();
        const given = this.#readCredentials(input.credentials, before.credentials, errors);
        const after = altered(before, {
          name: cleared(input.name, ""),
          enabled: cleared(input.enabled, true),
          scheme: cleared(input.scheme, "HTTP"),
          metricsPath: cleared(input.metricsPath, "/metrics"),
          params: cleared(input.params, {}),
          scrapeInterval: input.scrapeInterval,
          scrapeTimeout: input.scrapeTimeout,
          staticTargets:
            input.staticTargets === null ? [] : input.staticTargets && readStaticTargets(input.staticTargets),
          openstackDiscovery: input.openstackDiscovery && readOpenstackDiscovery(input.openstackDiscovery),
          probe: input.probe && readProbe(input.probe),
          credentials: given === null ? null : given?.credentials,
        });
        await this.#check(caller, before, after, errors);
        const { expectedVersion } = input;
        const change = this.#change(before, after, { dryRun, plaintexts: given?.plaintexts }, () =>
          this.repository.replace(after, before.version),
        );
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: errors.list });
      },
    );
  }

  async remove(
    caller: Caller,
    id: string,
    expectedVersion: number | null,
    dryRun: boolean,
  ): Promise<Outcome<ScrapeJob>> {
    requireId("job", id);
    caller.requireAnywhere("config.write");
    return this.changes.once(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const before = await this.#changeable(caller, id);
        const change = this.#change(before, null, { dryRun }, () => this.repository.remove(id, before.version));
        return this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors: [] });
      },
    );
  }

  async #changeable(caller: Caller, id: string): Promise<ScrapeJob> {
    const job = await this.repository.find(id);
    if (job === null) throw new NotFoundError("Scrape job");
    caller.requireIn(job.projectId, "config.write", "Scrape job");
    return job;
  }

  /** Undefined where the input says nothing of credentials, null where it clears them. */
  #readCredentials(
    input: ScrapeCredentialsInput | null | undefined,
    stored: StoredCredentials | null,
    errors: UserErrors,
  ): ReadCredentials | null | undefined {
    const requireKey = (path: readonly string[]) => this.secrets.requireKey(path);
    return input && readCredentials(input, { stored, requireKey }, errors);
  }

  async #check(caller: Caller, before: ScrapeJob | null, after: ScrapeJob, errors: UserErrors): Promise<void> {
    const project = await this.projects.require(caller, after.projectId);
    await this.checks.add(caller, { project, before, after, keepsSecretOf: before }, errors);
    const isNew = after.name !== before?.name;
    if (!errors.any && isNew && (await this.repository.findByName(after.projectId, after.name))) {
      errors.add(scrapeJobTaken.code, scrapeJobTaken.message, scrapeJobTaken.path);
    }
  }

  #change(
    before: ScrapeJob | null,
    after: ScrapeJob | null,
    { dryRun, plaintexts = new Map() }: Given,
    write: Change["write"],
  ): Change<ScrapeJob> {
    const job = after ?? before;
    return {
      entityType: "ScrapeJob",
      projectId: job?.projectId ?? null,
      before,
      after,
      taken: scrapeJobTaken,
      describe: (one) => describeScrapeJob(one, dryRun && one !== before ? plaintexts : new Map()),
      refusal: () => this.limits.refusal(before, after),
      write: async (revision) => {
        await this.secrets.sealAll(job?.id ?? "", plaintexts);
        await write(revision);
      },
    };
  }
}

/** What a nullable input means for a field that always has a value: absent stays undefined, null is the default. */
function cleared<T>(value: T | null | undefined, initial: T): T | undefined {
  return value === null ? initial : value;
}
