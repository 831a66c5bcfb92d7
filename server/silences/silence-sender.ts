import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { Act } from "../audit/change.js";
import type { SentElsewhere, WriteAhead } from "../audit/write-ahead.js";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import { HttpStatusError, NeverSentError } from "../clients/http-json.js";
import { BadUserInputError, NotFoundError } from "../core/errors.js";
import type { Outcome } from "../graph/payload.js";
import { refused, written } from "./outcomes.js";
import { Silence } from "./silence.js";
import { doneActs, intendedActs, movedFrom, type ProjectsOfWrite } from "./silence-acts.js";
import type { SilenceService } from "./silence-service.js";
import type { SilenceWrite } from "./silence-write.js";
import type { WantedSilence } from "./wanted-silence.js";
import { WrittenSilence } from "./written-silence.js";

/** Sends writes of silences, which were judged already, to the Alertmanagers, so that the change log tells of them whatever happens. */
export class SilenceSender {
  constructor(
    private readonly silences: SilenceService,
    private readonly live: LiveAlerts,
    private readonly writes: WriteAhead,
  ) {}

  /** Resolves with the silence as it is then, or with what Alertmanager says against it. */
  async send(caller: Caller, key: IdempotencyKey | null, write: SilenceWrite): Promise<Outcome<Silence>> {
    const { cluster } = write.wanted;
    try {
      const { result, settle } = await this.#send(caller, key, write, () =>
        this.live.write(
          cluster,
          (client) => WrittenSilence.by(client, write),
          (client, one) => one.hasArrived(client),
        ),
      );
      await settle();
      if (result.unread !== null) throw result.unread;
      return written(result.silence);
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      return refused([{ code: "INVALID", message: error.message, path: ["input"] }]);
    }
  }

  /** Sends it to one member, and leaves the rest to the caller. Throws `BadUserInputError` with what Alertmanager says against it. */
  sendTo(
    client: AlertmanagerClient,
    caller: Caller,
    key: IdempotencyKey | null,
    write: SilenceWrite,
  ): Promise<SentElsewhere<WrittenSilence>> {
    return this.#send(caller, key, write, () => WrittenSilence.by(client, write));
  }

  async #send(
    caller: Caller,
    key: IdempotencyKey | null,
    { before, wanted }: SilenceWrite,
    send: () => Promise<WrittenSilence>,
  ): Promise<SentElsewhere<WrittenSilence>> {
    const moved = movedFrom(before, wanted);
    const done = async ({ silence }: WrittenSilence, intended: readonly Act[]) =>
      doneActs(intended, silence, ...(moved ? [await this.#nowOf(moved)] : []));
    const intended = intendedActs(before, wanted, await this.#projectIdsOf(caller, before, wanted));
    return this.writes.send(caller, key, { intended, send, isUndone, done });
  }

  async #projectIdsOf(caller: Caller, before: Silence | null, wanted: WantedSilence): Promise<ProjectsOfWrite> {
    const idOf = (matchers: Silence["matchers"]) => this.silences.projectIdOf(caller, matchers);
    const [was, is] = await Promise.all([before && idOf(before.matchers), idOf(wanted.silence.matchers)]);
    return { before: was, wanted: is };
  }

  async #nowOf(before: Silence): Promise<Silence> {
    const held = (await this.live.snapshot())?.silence(before.uuid);
    return held === undefined ? before : new Silence(held);
  }
}

/** Alertmanager was not reached, or whoever answered for it says no. */
function isUndone(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.status >= 400 && error.status < 500;
  return error instanceof NeverSentError || error instanceof BadUserInputError || error instanceof NotFoundError;
}
