import type { Outcome } from "../graph/payload.js";
import type { Caller, IdempotencyKey } from "./caller.js";

/** Something that was done to who may come in, or by who came in. */
export interface AccessAct {
  readonly action: "CREATE" | "UPDATE" | "SIGN_IN" | "SIGN_OUT" | "REFUSED";
  readonly entityType: string;
  readonly entityId: string;
  /** Null for what belongs to no project. */
  readonly projectId: string | null;
  /** Plain JSON, without secrets; null where there was none. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  /** Why it was refused. */
  readonly reason?: string;
}

/** The change log, as the domain of access needs it: it lies to the right. */
export interface AccessLog {
  /** Runs `act` once per idempotency key; a repeat answers with what `find` gives. */
  once<T extends { readonly id: string }>(
    caller: Caller,
    find: (id: string) => Promise<T | null>,
    act: (key: IdempotencyKey | null) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>>;

  /** Runs `work` in one transaction during which no configuration, project or token is changed by anybody else. */
  alone<T>(work: () => Promise<T>): Promise<T>;

  /** Adds the acts to the log, in the transaction that is open, if one is. */
  note(caller: Caller, acts: readonly AccessAct[], key: IdempotencyKey | null): Promise<void>;
}
