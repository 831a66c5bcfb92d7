import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type { Caller } from "../access/caller.js";
import { PageArguments } from "../graph/connection.js";
import { AuditEntry, AuditEntryConnection } from "./audit-entry.js";
import { AuditEntryFilter } from "./audit-entry-input.js";
import type { AuditService } from "./audit-service.js";

/** The change log in the graph. */
@Resolver(() => AuditEntry)
export class AuditResolver {
  constructor(private readonly service: AuditService) {}

  @Query(() => AuditEntryConnection, { description: "The changes that you may see, newest first." })
  async auditEntries(
    @Ctx() caller: Caller,
    @Args(() => PageArguments) page: PageArguments,
    @Arg("filter", () => AuditEntryFilter, { nullable: true, description: "Only these." })
    filter: AuditEntryFilter | null,
  ) {
    return { page: await this.service.list(caller, filter ?? {}, page) };
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The address that the request came from; null when it is not known, or unless you administer the project.",
  })
  source(@Ctx() caller: Caller, @Root() entry: AuditEntry) {
    return this.service.sourceOf(caller, entry);
  }
}
