import { ListAuditEntriesDocument } from "../generated/documents.js";
import type { AuditEntry, AuditEntryFilter } from "../generated/types.js";
import type { Graph, ListArguments } from "../graph.js";
import type { CallOptions } from "../options.js";
import type { Paginated } from "../paginated.js";

/** Which audit entries to list. */
export interface ListAuditEntriesArguments extends ListArguments {
  readonly filter?: AuditEntryFilter | undefined;
}

/** The audit log: who changed what, and when. */
export class Audit {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The entries that the token may see. */
  list(args: ListAuditEntriesArguments = {}, options?: CallOptions): Paginated<AuditEntry> {
    return this.#graph.list(ListAuditEntriesDocument, args, (data) => data.auditEntries, options);
  }
}
