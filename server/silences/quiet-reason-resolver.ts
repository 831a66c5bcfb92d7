import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { Alert } from "../alerts/alert.js";
import { QuietReason } from "./quiet-reason.js";
import type { QuietReasonService } from "./quiet-reason-service.js";

/** Why alerts are quiet. */
@Resolver(() => Alert)
export class QuietReasonResolver {
  constructor(private readonly service: QuietReasonService) {}

  @FieldResolver(() => [QuietReason], {
    description:
      "Everything that keeps it quiet: silences, the acknowledgement, other alerts, mute timings; whose each is, and by which conditions.",
  })
  quietReasons(@Ctx() caller: Caller, @Root() alert: Alert) {
    return this.service.list(caller, alert);
  }
}
