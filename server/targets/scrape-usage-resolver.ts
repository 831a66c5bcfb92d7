import { Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
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
}
