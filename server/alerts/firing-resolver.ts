import { Arg, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { Alert } from "./alert.js";
import { FiringHour } from "./firing-hour.js";
import type { FiringService } from "./firing-service.js";

/** The past of alerts. */
@Resolver(() => Alert)
export class FiringResolver {
  constructor(private readonly service: FiringService) {}

  @FieldResolver(() => [FiringHour], {
    nullable: true,
    description:
      "How long it fired in each of the last hours, the oldest first, as the Prometheus servers have seen it, once a minute; null while none answers that knows it. A rule that is evaluated less often than every five minutes shows gaps.",
  })
  firingHours(
    @Root() alert: Alert,
    @Arg("hours", () => Int, {
      defaultValue: 24,
      description: "How many hours, 1 to 48; the last one ends less than a minute ago. Each costs one.",
    })
    hours: number,
  ) {
    return this.service.hoursOf(alert, hours);
  }
}
