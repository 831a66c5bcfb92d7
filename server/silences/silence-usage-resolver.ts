import { FieldResolver, Int, Resolver, Root } from "type-graphql";
import { ProjectUsage } from "../projects/project-usage.js";
import type { SilenceLimits } from "./silence-limits.js";

/** How many silences a project has. */
@Resolver(() => ProjectUsage)
export class SilenceUsageResolver {
  constructor(private readonly limits: SilenceLimits) {}

  @FieldResolver(() => Int, {
    nullable: true,
    description: "Silences, active and pending, that are for it alone; null while no Alertmanager has answered.",
  })
  silences(@Root() { projectName }: ProjectUsage) {
    return this.limits.usage(projectName);
  }
}
