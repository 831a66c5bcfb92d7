import { GetAuditEntryDocument, ListAuditEntriesDocument, RestoreEntityDocument } from "../generated/documents.js";
import type { AuditEntry, AuditEntryFilter, EntityRestorePayload } from "../generated/types.js";
import { type Graph, type ListArguments, nodeOf } from "../graph.js";
import type { CallOptions, ConfigWriteOptions } from "../options.js";
import type { Paginated } from "../paginated.js";
import type { WriteResult } from "../write.js";

/** Which audit entries to list. */
export interface ListAuditEntriesArguments extends ListArguments {
  readonly filter?: AuditEntryFilter | undefined;
}

/** Settings of the restoration of an object. */
export interface RestoreOptions<Throws extends boolean = boolean, Dry extends boolean = boolean>
  extends ConfigWriteOptions<Throws, Dry> {
  /** Change the object only if it still has this `version`; otherwise the call fails with a user error `CONFLICT`. */
  readonly expectedVersion?: number | undefined;
}

/** The audit log: who changed what, or tried to, and when; and bringing back what it remembers. */
export class Audit<ClientThrows extends boolean> {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The entry with this id, or null when there is none that the token may see. */
  async get(id: string, options?: CallOptions): Promise<AuditEntry | null> {
    const { node } = await this.#graph.request(GetAuditEntryDocument, { id }, options);
    return nodeOf(node, "AuditEntry");
  }

  /** The entries that the token may see, newest first. */
  list(args: ListAuditEntriesArguments = {}, options?: CallOptions): Paginated<AuditEntry> {
    return this.#graph.list(ListAuditEntriesDocument, args, (data) => data.auditEntries, options);
  }

  /**
   * Makes an object again what an entry left it as: re-creates it under its old id when it is gone, else changes it. The entry of a
   * project's deletion brings back what went with the project, too.
   */
  restore<Throws extends boolean = ClientThrows, Dry extends boolean = false>(
    entryId: string,
    options?: RestoreOptions<Throws, Dry>,
  ): Promise<WriteResult<EntityRestorePayload, "entity", Throws, Dry>> {
    const variables = { auditEntry: entryId, expectedVersion: options?.expectedVersion, dryRun: options?.dryRun };
    return this.#graph.write(RestoreEntityDocument, variables, (data) => data.entityRestore, ["entity"], options);
  }
}
