import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PageArguments } from "../graph/connection.js";
import { Project } from "../projects/project.js";
import { ScrapeJob } from "./scrape-job.js";
import type { ScrapeJobService } from "./scrape-job-service.js";
import { Target, TargetConnection, TargetCounts, TargetFilter } from "./target.js";
import type { TargetService } from "./target-service.js";

const FilterArgument = () => Arg("filter", () => TargetFilter, { nullable: true, description: "Only these." });

/** The scrape job of a target. */
@Resolver(() => Target)
export class TargetResolver {
  constructor(private readonly jobs: ScrapeJobService) {}

  @FieldResolver(() => ScrapeJob, {
    nullable: true,
    description: "The job that scrapes it; null once that is deleted.",
  })
  scrapeJob(@Ctx() caller: Caller, @Root() target: Target) {
    return this.jobs.find(caller, target.scrapeJobId);
  }
}

/** The targets of a scrape job. */
@Resolver(() => ScrapeJob)
export class ScrapeJobTargetsResolver {
  constructor(private readonly service: TargetService) {}

  @FieldResolver(() => TargetConnection, {
    nullable: true,
    description: "Its targets as they are scraped now, by instance; null while no Prometheus has answered.",
  })
  targets(
    @Ctx() caller: Caller,
    @Root() job: ScrapeJob,
    @Args(() => PageArguments) page: PageArguments,
    @FilterArgument() filter: TargetFilter | null,
  ) {
    return this.service.listOfJob(caller, job.id, filter ?? {}, page);
  }

  @FieldResolver(() => TargetCounts, {
    nullable: true,
    description: "How many targets it has now; null while no Prometheus has answered.",
  })
  targetCounts(@Ctx() caller: Caller, @Root() job: ScrapeJob) {
    return this.service.countsOfJob(caller, job.id);
  }
}

/** The targets of a project. */
@Resolver(() => Project)
export class ProjectTargetsResolver {
  constructor(private readonly service: TargetService) {}

  @FieldResolver(() => TargetConnection, {
    nullable: true,
    description:
      "The targets of all its scrape jobs as they are scraped now, by instance; null while no Prometheus has answered.",
  })
  targets(
    @Ctx() caller: Caller,
    @Root() project: Project,
    @Args(() => PageArguments) page: PageArguments,
    @FilterArgument() filter: TargetFilter | null,
  ) {
    return this.service.listOfProject(caller, project.id, filter ?? {}, page);
  }

  @FieldResolver(() => TargetCounts, {
    nullable: true,
    description: "How many targets it has now; null while no Prometheus has answered.",
  })
  targetCounts(@Ctx() caller: Caller, @Root() project: Project) {
    return this.service.countsOfProject(caller, project.id);
  }
}
