import { Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { ProjectUsage } from "../projects/project-usage.js";
import type { ScrapeLimits } from "./scrape-limits.js";
import type { TargetService } from "./target-service.js";

/** How much a project has of what is scraped. */
@Resolver(() => ProjectUsage)
export class ScrapeUsageResolver {
  constructor(
    private readonly limits: ScrapeLimits,
    private readonly live: TargetService,
  ) {}

  @FieldResolver(() => Int, { description: "Scrape jobs, disabled ones too." })
  async scrapeJobs(@Ctx() caller: Caller, @Root() { projectId }: ProjectUsage) {
    return (await this.limits.usage(caller, projectId)).rows;
  }

  @FieldResolver(() => Int, {
    description: "Static targets, over all scrape jobs; what discovery finds is not counted.",
  })
  async targets(@Ctx() caller: Caller, @Root() { projectId }: ProjectUsage) {
    return (await this.limits.usage(caller, projectId)).entries;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      "Samples of the target whose last scrape brought the most, also where that was too many; null while no Prometheus has answered.",
  })
  samplesPerScrape(@Ctx() caller: Caller, @Root() { projectName }: ProjectUsage) {
    return this.live.samplesPerScrape(caller, projectName);
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      "Series that the last scrapes of all its targets brought together; null while no Prometheus has answered. What they cost: `Query.capacityPlan`.",
  })
  series(@Ctx() caller: Caller, @Root() { projectName }: ProjectUsage) {
    return this.live.load(caller, "series", projectName);
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      "Samples per second of all its targets together, over the last ten minutes; null while no Prometheus has answered.",
  })
  samplesPerSecond(@Ctx() caller: Caller, @Root() { projectName }: ProjectUsage) {
    return this.live.load(caller, "samplesPerSecond", projectName);
  }
}
