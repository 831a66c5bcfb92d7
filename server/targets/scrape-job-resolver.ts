import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { DryRun, ExpectedVersion, IdArgument } from "../graph/arguments.js";
import { PageArguments } from "../graph/connection.js";
import { OrderBy } from "../graph/order-enum.js";
import { changePayload, changePayloadType, deletePayload, deletePayloadType } from "../graph/payload.js";
import { Project } from "../projects/project.js";
import type { ProjectService } from "../projects/project-service.js";
import { ScrapeCredentials } from "./scrape-credentials.js";
import type { ScrapeCredentialsService } from "./scrape-credentials-service.js";
import { ScrapeJob, ScrapeJobConnection, ScrapeJobOrder } from "./scrape-job.js";
import { ScrapeJobCreateInput, ScrapeJobFilter, ScrapeJobUpdateInput } from "./scrape-job-input.js";
import type { ScrapeJobService } from "./scrape-job-service.js";

const ScrapeJobCreatePayload = changePayloadType("ScrapeJobCreatePayload", "scrapeJob", () => ScrapeJob);
const ScrapeJobUpdatePayload = changePayloadType("ScrapeJobUpdatePayload", "scrapeJob", () => ScrapeJob);
const ScrapeJobDeletePayload = deletePayloadType("ScrapeJobDeletePayload");

/** Scrape jobs in the graph. */
@Resolver(() => ScrapeJob)
export class ScrapeJobResolver {
  constructor(
    private readonly service: ScrapeJobService,
    private readonly projects: ProjectService,
    private readonly credentialsService: ScrapeCredentialsService,
  ) {}

  @FieldResolver(() => Project, { description: "The project that it belongs to." })
  project(@Ctx() caller: Caller, @Root() job: ScrapeJob) {
    return this.projects.require(caller, job.projectId);
  }

  @FieldResolver(() => ScrapeCredentials, {
    nullable: true,
    description: "How its scrapes or HTTP probes say who they are; null when they do not, or you may not know.",
  })
  credentials(@Ctx() caller: Caller, @Root() job: ScrapeJob) {
    return this.credentialsService.of(caller, job);
  }

  @Mutation(() => ScrapeJobCreatePayload, { description: "Creates a scrape job." })
  async scrapeJobCreate(
    @Ctx() caller: Caller,
    @Arg("input", () => ScrapeJobCreateInput, { description: "The new job." }) input: ScrapeJobCreateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("scrapeJob", await this.service.create(caller, input, dryRun));
  }

  @Mutation(() => ScrapeJobUpdatePayload, { description: "Changes a scrape job." })
  async scrapeJobUpdate(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @Arg("input", () => ScrapeJobUpdateInput, { description: "What to change." }) input: ScrapeJobUpdateInput,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("scrapeJob", await this.service.update(caller, id, input, dryRun));
  }

  @Mutation(() => ScrapeJobDeletePayload, { description: "Deletes a scrape job; its targets are no longer scraped." })
  async scrapeJobDelete(
    @Ctx() caller: Caller,
    @IdArgument() id: string,
    @ExpectedVersion() expectedVersion: number | null,
    @DryRun() dryRun: boolean,
  ) {
    return deletePayload(await this.service.remove(caller, id, expectedVersion, dryRun));
  }
}

/** The credentials of a scrape job. */
@Resolver(() => ScrapeCredentials)
export class ScrapeCredentialsResolver {
  constructor(private readonly service: ScrapeCredentialsService) {}

  @FieldResolver(() => String, {
    nullable: true,
    description: "The password or token; null to everybody but agents, and where `secretProblem` says why.",
  })
  secret(@Ctx() caller: Caller, @Root() credentials: ScrapeCredentials) {
    return this.service.secretOf(caller, credentials);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Why the password or token cannot be read; null when it can, and to everybody but agents.",
  })
  secretProblem(@Ctx() caller: Caller, @Root() credentials: ScrapeCredentials) {
    return this.service.problemOf(caller, credentials);
  }
}

/** The scrape jobs of a project. */
@Resolver(() => Project)
export class ProjectScrapeJobsResolver {
  constructor(private readonly service: ScrapeJobService) {}

  @FieldResolver(() => ScrapeJobConnection, { description: "What is scraped and probed of it." })
  scrapeJobs(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @Arg("filter", () => ScrapeJobFilter, { nullable: true, description: "Only these." })
    filter: ScrapeJobFilter | null,
    @OrderBy(ScrapeJobOrder, "NAME_ASC") orderBy: keyof typeof ScrapeJobOrder,
  ) {
    return this.service.listOf(caller, project.id, filter ?? {}, ScrapeJobOrder[orderBy], page);
  }
}
