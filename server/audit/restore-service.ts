import type { Caller } from "../access/caller.js";
import { NotFoundError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import type { Node } from "../graph/node.js";
import type { Outcome } from "../graph/payload.js";
import type { UserError } from "../graph/user-error.js";
import type { AuditEntry } from "./audit-entry.js";
import type { AuditService } from "./audit-service.js";
import { type ChangeLog, conflict } from "./change-log.js";
import type { Restorable, Restoration } from "./restorable.js";

/** Makes an object again what an entry of the change log left it as. */
export class RestoreService {
  constructor(
    private readonly audit: AuditService,
    private readonly changes: ChangeLog,
    /** By the types that the change log names. */
    private readonly restorables: ReadonlyMap<string, Restorable>,
    private readonly find: (caller: Caller, id: string) => Promise<Node | null>,
  ) {}

  async restore(caller: Caller, id: string, expectedVersion: number | null, dryRun: boolean): Promise<Outcome<Node>> {
    requireId("aud", id, ["auditEntry"]);
    caller.requireAnywhere("config.write");
    return this.changes.once<Node>(
      caller,
      (known) => this.find(caller, known),
      async (key) => {
        const entry = await this.audit.find(caller, id);
        if (entry === null) throw new NotFoundError("Audit entry");
        const { change, also, userErrors } = await this.#restoration(caller, entry);
        if (change === null) return refused(entry, userErrors);
        // Whoever has seen a version of it does not know that it is gone.
        if (change.before === null && expectedVersion != null) return refused(entry, [conflict]);
        const outcome = await this.changes.commit(caller, change, { dryRun, key, expectedVersion, userErrors }, also);
        return outcome.userErrors.length > 0 ? refused(entry, outcome.userErrors) : outcome;
      },
    );
  }

  async #restoration(caller: Caller, entry: AuditEntry): Promise<Restoration> {
    const { entityType, entityId, projectId } = entry;
    const description = entry[stateOf(entry)];
    const restorable = this.restorables.get(entityType);
    if (description === null || restorable === undefined) return { change: null, userErrors: [unsupported] };
    const described = { entityType, id: entityId, projectId, description };
    return restorable.restoration(caller, described, () => this.audit.wentAlong(entry));
  }
}

/** What the entry left the object as; what it was last, when it went. */
function stateOf({ action }: AuditEntry): "before" | "after" {
  return action === "DELETE" ? "before" : "after";
}

/** The paths of mistakes lead into the entry, as the caller gave no values. */
function refused(entry: AuditEntry, userErrors: readonly UserError[]): Outcome<Node> {
  const mistakes = userErrors.map(({ path: [root, ...rest], ...mistake }) => ({
    ...mistake,
    path: root === "input" ? ["auditEntry", stateOf(entry), ...rest] : [root ?? "auditEntry", ...rest],
  }));
  return { subject: null, diff: [], revision: null, userErrors: mistakes };
}

const unsupported: UserError = {
  code: "UNSUPPORTED",
  message: "This entry left no object that could be brought back.",
  path: ["auditEntry"],
};
