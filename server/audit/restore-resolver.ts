import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { DryRun, ExpectedVersion } from "../graph/arguments.js";
import { Node } from "../graph/node.js";
import { changePayload, changePayloadType } from "../graph/payload.js";
import type { RestoreService } from "./restore-service.js";

const EntityRestorePayload = changePayloadType<Node, "entity">("EntityRestorePayload", "entity", () => Node);

/** Bringing back what the change log remembers. */
@Resolver()
export class RestoreResolver {
  constructor(private readonly service: RestoreService) {}

  @Mutation(() => EntityRestorePayload, {
    description:
      "Makes an object again what this entry of the change log left it as, under its old id: re-creates it when it is gone, else changes it. The entry of a deletion brings back what was deleted; that of a project's deletion also the scrape jobs with their credentials, the rules, and the contact groups with their secrets that went with it, until `DeletedProject.restorableUntil`. The roles of API tokens in the project do not come back: grant them anew. Needs what a fresh write needs, and checks values like one.",
  })
  async entityRestore(
    @Ctx() caller: Caller,
    @Arg("auditEntry", () => ID, {
      description:
        "The entry: of a creation, an update or a deletion of a project, scrape job, rule, contact group or global rule.",
    })
    auditEntry: string,
    @ExpectedVersion() expectedVersion: number | null,
    @DryRun() dryRun: boolean,
  ) {
    return changePayload("entity", await this.service.restore(caller, auditEntry, expectedVersion, dryRun));
  }
}
