import { Ctx, Query, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { Watchdog } from "./watchdog.js";
import type { WatchdogService } from "./watchdog-service.js";

/** Whether alerts arrive. */
@Resolver(() => Watchdog)
export class WatchdogResolver {
  constructor(private readonly service: WatchdogService) {}

  @Query(() => [Watchdog], {
    description:
      "Whether alerts of each Prometheus arrive at each Alertmanager cluster; where one is ABSENT, that nothing fires means nothing.",
  })
  watchdogs(@Ctx() caller: Caller) {
    return this.service.list(caller);
  }
}
