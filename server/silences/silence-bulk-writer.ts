import type { Caller } from "../access/caller.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { AuditEntry } from "../audit/audit-entry.js";
import { outcomeUnknown } from "../audit/idempotency.js";
import type { KeyParts } from "../audit/key-parts.js";
import type { WriteAhead } from "../audit/write-ahead.js";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import { HttpStatusError, NeverSentError } from "../clients/http-json.js";
import { NotFoundError, UpstreamUnavailableError } from "../core/errors.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import type { Silence } from "./silence.js";
import { haveArrived, type WrittenSilence } from "./silence-arrival.js";
import type { SilenceSelection } from "./silence-bulk-input.js";
import type { SilenceResult } from "./silence-bulk-payload.js";
import type { SilenceBulkSelection } from "./silence-bulk-selection.js";
import type { SilenceEnds } from "./silence-ends.js";
import type { SilencesExtendInput } from "./silence-input.js";
import { failed, requireSome } from "./silence-result.js";
import type { SilenceSender } from "./silence-sender.js";
import type { SilenceService } from "./silence-service.js";
import type { SilenceWrite } from "./silence-write.js";
import type { StoredSilences } from "./stored-silences.js";

/** What came of a change of several silences. */
export interface BulkOutcome {
  readonly results: readonly SilenceResult[];
  /** About the selection as a whole. */
  readonly userErrors: readonly UserError[];
}

/** The write that a silence needs; null when it needs none. What is wrong with it goes to `errors`. */
type Plan = (stored: Silence, errors: UserErrors) => Promise<SilenceWrite | null>;

/**
 * Changes several silences, each as it would be by itself: judged by what its Alertmanager stores, and told of in the change
 * log. They are written one after the other, so that at most one of a cluster is in doubt when something dies in between.
 */
export class SilenceBulkWriter {
  constructor(
    private readonly silences: SilenceService,
    private readonly selection: SilenceBulkSelection,
    private readonly stored: StoredSilences,
    private readonly ends: SilenceEnds,
    private readonly sender: SilenceSender,
    private readonly live: LiveAlerts,
    private readonly writes: WriteAhead,
  ) {}

  expire(caller: Caller, of: SilenceSelection): Promise<BulkOutcome> {
    return this.#each(caller, of, async (stored) => this.ends.expiry(stored));
  }

  extend(caller: Caller, of: SilenceSelection, input: SilencesExtendInput): Promise<BulkOutcome> {
    return this.#each(caller, of, (stored, errors) => this.ends.extension(caller, stored, input, ["of"], errors));
  }

  #each(caller: Caller, of: SilenceSelection, plan: Plan): Promise<BulkOutcome> {
    caller.requireAnywhere("silence.write");
    return this.writes.inParts(caller, async (parts) => {
      const errors = new UserErrors();
      const ids = await this.selection.ids(caller, of, parts.entries.map(idBefore), errors);
      const found = await Promise.all(ids.map((id) => this.#find(caller, id, parts)));
      const clusters = new Set(found.flatMap((place) => (typeof place === "string" ? [place] : [])));
      const written = await Promise.all(
        [...clusters].map((cluster) =>
          this.#writeAll(
            caller,
            cluster,
            ids.filter((_, index) => found[index] === cluster),
            plan,
            parts,
          ),
        ),
      );
      const byId = new Map(written.flat().map((result) => [result.id, result]));
      const results = found.flatMap(
        (place, index) => (typeof place === "string" ? byId.get(ids[index] ?? "") : place) ?? [],
      );
      requireSome(results);
      return { results, userErrors: errors.list };
    });
  }

  /** The cluster to write it in, or what is answered of it without a write. */
  async #find(caller: Caller, id: string, parts: KeyParts): Promise<string | SilenceResult> {
    const entry = parts.entryOf(id);
    if (entry !== undefined) return this.#doneBefore(caller, id, entry);
    try {
      const silence = (await this.silences.find(caller, id)) ?? (await this.stored.find(caller, id));
      return silence?.cluster ?? failed(id, new NotFoundError("Silence"));
    } catch (error) {
      return failed(id, error, "Nothing was written: ");
    }
  }

  async #doneBefore(caller: Caller, id: string, { action, entityId }: AuditEntry): Promise<SilenceResult> {
    if (action === "UNKNOWN") return failed(id, outcomeUnknown());
    return { id, silence: await this.stored.answered(caller, entityId), userErrors: [] };
  }

  async #writeAll(
    caller: Caller,
    cluster: string,
    ids: readonly string[],
    plan: Plan,
    parts: KeyParts,
  ): Promise<readonly SilenceResult[]> {
    const results: SilenceResult[] = [];
    const ofRest = (error: unknown) =>
      ids.slice(results.length).map((id) => failed(id, error, "Nothing was written: "));
    const writeRest = async (client: AlertmanagerClient): Promise<void> => {
      for (const id of ids.slice(results.length)) {
        try {
          results.push(await this.#write(caller, { id, cluster, client }, plan, parts));
        } catch (error) {
          // The next member goes on where this one could not be reached.
          if (error instanceof NeverSentError) throw error;
          results.push(failed(id, error));
          if (!isAway(error)) continue;
          if (results.every(({ silence }) => silence === null)) throw error;
          // What was written is to be seen in the next answer, so that this ends well.
          results.push(...ofRest(error));
          return;
        }
      }
    };
    try {
      await this.live.write(cluster, writeRest, (client) => haveArrived(client, writtenOf(results)));
    } catch (error) {
      // Where all were tried, it is not known of those that were written whether they are more than one member's.
      if (results.length === ids.length)
        return results.map((one) => (one.silence === null ? one : failed(one.id, error)));
      results.push(...ofRest(error));
    }
    return results;
  }

  #write(
    caller: Caller,
    { id, cluster, client }: { readonly id: string; readonly cluster: string; readonly client: AlertmanagerClient },
    plan: Plan,
    parts: KeyParts,
  ): Promise<SilenceResult> {
    return this.stored.inTurn(id, async () => {
      const before = await this.stored.editableAt(caller, id, cluster, client);
      const errors = new UserErrors();
      const write = await plan(before, errors);
      if (errors.any) return { id, silence: null, userErrors: errors.list };
      if (write === null) return { id, silence: before, userErrors: [] };
      const { subject, userErrors } = await this.sender.send(caller, parts.keyOf(id), write, (_, work) => work(client));
      return { id, silence: subject, userErrors };
    });
  }
}

function writtenOf(results: readonly SilenceResult[]): readonly WrittenSilence[] {
  return results.flatMap(({ silence }) =>
    silence === null ? [] : [{ uuid: silence.uuid, updatedAtMs: silence.updatedAt.getTime() }],
  );
}

/** The id that the silence had when it was asked for: Alertmanager may have given another. */
function idBefore({ before, entityId }: AuditEntry): string {
  return typeof before?.id === "string" ? before.id : entityId;
}

/** Whether there is no point in trying others: an Alertmanager that answers may only dislike this one. */
function isAway(error: unknown): boolean {
  return error instanceof UpstreamUnavailableError && !(error instanceof HttpStatusError);
}
