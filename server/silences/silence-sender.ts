import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { Arrived } from "../alerts/cluster.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { Act } from "../audit/change.js";
import type { WriteAhead } from "../audit/write-ahead.js";
import type { AlertmanagerClient, UpstreamSilence } from "../clients/alertmanager-client.js";
import { HttpStatusError, NeverSentError } from "../clients/http-json.js";
import { BadUserInputError, NotFoundError, UpstreamUnavailableError } from "../core/errors.js";
import type { Outcome } from "../graph/payload.js";
import { refused, written } from "./outcomes.js";
import { Silence } from "./silence.js";
import { doneActs, intendedActs, movedFrom, type ProjectsOfWrite } from "./silence-acts.js";
import { haveArrived } from "./silence-arrival.js";
import type { SilenceService } from "./silence-service.js";
import type { SilenceWrite } from "./silence-write.js";
import { granted, type WantedSilence } from "./wanted-silence.js";

/** Lets work write to a member of a cluster, and waits for it to arrive at the others, or leaves that to who gave it. */
export type Via = <T>(
  cluster: string,
  work: (client: AlertmanagerClient) => Promise<T>,
  arrived: Arrived<T>,
) => Promise<T>;

/** Sends writes of silences, which were judged already, to the Alertmanagers, so that the change log tells of them whatever happens. */
export class SilenceSender {
  constructor(
    private readonly silences: SilenceService,
    private readonly live: LiveAlerts,
    private readonly writes: WriteAhead,
  ) {}

  /** Resolves with the silence as it is then, or with what Alertmanager says against it. */
  async send(
    caller: Caller,
    key: IdempotencyKey | null,
    { before, wanted, put }: SilenceWrite,
    via: Via = (cluster, work, arrived) => this.live.write(cluster, work, arrived),
  ): Promise<Outcome<Silence>> {
    const { cluster } = wanted;
    const send = () =>
      via(
        cluster,
        async (client) => {
          const uuid = await put(client);
          return { uuid, ...(await readBack(client, uuid)) };
        },
        hasArrived,
      );
    const silenceOf = ({ uuid, silence }: Answer) =>
      silence ? new Silence({ cluster, silence }) : granted(wanted, uuid);
    const moved = movedFrom(before, wanted);
    const done = async (answer: Answer, intended: readonly Act[]) =>
      doneActs(intended, silenceOf(answer), ...(moved ? [await this.#nowOf(moved)] : []));
    try {
      const intended = intendedActs(before, wanted, await this.#projectIdsOf(caller, before, wanted));
      const answer = await this.writes.run(caller, key, { intended, send, isUndone, done });
      if (answer.failure) throw answer.failure;
      return written(silenceOf(answer));
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      return refused([{ code: "INVALID", message: error.message, path: ["input"] }]);
    }
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

interface Answer {
  readonly uuid: string;
  /** As it was read back; null when it could not be. */
  readonly silence: UpstreamSilence | null;
  readonly failure?: UpstreamUnavailableError;
}

function hasArrived(client: AlertmanagerClient, { uuid, silence }: Answer): Promise<boolean> {
  return haveArrived(client, [{ uuid, updatedAtMs: silence?.updatedAtMs ?? null }]);
}

/** Reads what was just written; that it cannot be read is no reason to write it once more, to another member. */
async function readBack(client: AlertmanagerClient, uuid: string): Promise<Omit<Answer, "uuid">> {
  try {
    return { silence: await client.silence(uuid) };
  } catch (error) {
    if (!(error instanceof UpstreamUnavailableError)) throw error;
    const message = `${error.message} The silence was written.`;
    return { silence: null, failure: new UpstreamUnavailableError(message, { cause: error }) };
  }
}

/** Alertmanager was not reached, or whoever answered for it says no. */
function isUndone(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.status >= 400 && error.status < 500;
  return error instanceof NeverSentError || error instanceof BadUserInputError || error instanceof NotFoundError;
}
