import type { Caller, IdempotencyKey } from "../access/caller.js";
import { newId } from "../core/ids.js";
import { AuditEntry } from "./audit-entry.js";
import type { Act } from "./change.js";

/** Who asked for a change, from where, and by which request. */
export type Circumstances = Pick<
  AuditEntry,
  "actorId" | "actor" | "actorKind" | "source" | "requestId" | "idempotencyKey" | "requestHash"
>;

/** What of an entry is neither the act nor its circumstances; a fresh id where none is given. */
export type Moment = Pick<AuditEntry, "revision" | "at"> & { readonly id?: string };

/** The circumstances of a caller's change; the key stands for one act alone. */
export function circumstancesOf({ principal, request }: Caller, key: IdempotencyKey | null): Circumstances {
  return {
    actorId: principal.id,
    actor: principal.name,
    actorKind: principal.kind,
    source: request.source,
    requestId: request.requestId,
    idempotencyKey: key?.key ?? null,
    requestHash: key?.requestHash ?? null,
  };
}

/** The entry of the change log that tells of an act. */
export function entryOf(
  circumstances: Circumstances,
  act: Act,
  { revision, at, id = newId("aud") }: Moment,
): AuditEntry {
  const { actorId, actor, actorKind, source, requestId, idempotencyKey, requestHash } = circumstances;
  const { action, entityType, entityId, projectId, before, after, reason = null } = act;
  return Object.assign(new AuditEntry(), {
    ...{ id, revision, at, actorId, actor, actorKind, source, requestId, idempotencyKey, requestHash },
    ...{ action, entityType, entityId, projectId, before, after, reason },
  });
}
