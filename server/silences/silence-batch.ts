import { awaitArrival } from "../alerts/await-arrival.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { SentElsewhere } from "../audit/write-ahead.js";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import { HttpStatusError, NeverSentError } from "../clients/http-json.js";
import { UpstreamUnavailableError } from "../core/errors.js";
import type { SilenceResult } from "./silence-bulk-payload.js";
import { failed } from "./silence-result.js";
import type { WrittenSilence } from "./written-silence.js";

/** Writes a silence to a member, or says why it does not, or need not. */
export type WriteOne = (
  id: string,
  client: AlertmanagerClient,
) => Promise<SilenceResult | SentElsewhere<WrittenSilence>>;

/**
 * Writes silences to one cluster, one after the other, and reads it once. The change log is told when the other members have
 * them all: until then what was sent is pending, and what was not sent yet is not.
 */
export class SilenceBatch {
  readonly #results = new Map<string, SilenceResult>();
  /** What members have taken, and could still lose. */
  #taken: (SentElsewhere<WrittenSilence> & { readonly id: string })[] = [];

  constructor(
    private readonly live: LiveAlerts,
    private readonly cluster: string,
    private readonly ids: readonly string[],
    private readonly writeOne: WriteOne,
  ) {}

  /** What came of each. */
  async run(): Promise<readonly SilenceResult[]> {
    try {
      await this.live.write(
        this.cluster,
        (client) => this.#writeRest(client),
        (client) => this.#haveArrived(client),
      );
    } catch (error) {
      this.#doubt(error);
      this.#giveUp(error);
    }
    for (const { id, settle } of this.#taken) {
      await settle().catch((error: unknown) => this.#results.set(id, failed(id, error)));
    }
    return this.ids.flatMap((id) => this.#results.get(id) ?? []);
  }

  async #writeRest(client: AlertmanagerClient): Promise<void> {
    await this.#takeOver(client);
    for (const id of this.#rest) {
      try {
        const outcome = await this.writeOne(id, client);
        if (!("settle" in outcome)) {
          this.#note(outcome);
          continue;
        }
        this.#taken.push({ id, ...outcome });
        const { silence, unread } = outcome.result;
        this.#note(unread === null ? { id, silence, userErrors: [] } : failed(id, unread));
        if (unread !== null) return this.#giveUp(unread.cause);
      } catch (error) {
        // The next member goes on where this one could not be reached.
        if (error instanceof NeverSentError) throw error;
        this.#note(failed(id, error));
        if (!isAway(error)) continue;
        if (this.#taken.length === 0) throw error;
        // What was written is to be seen in the next answer, so that this ends well.
        return this.#giveUp(error);
      }
    }
  }

  /** Goes on after a member that went away: what that one took is here already, or may be lost. */
  async #takeOver(client: AlertmanagerClient): Promise<void> {
    if (this.#taken.length === 0) return;
    const isHere = await awaitArrival(client, (other) => this.#haveArrived(other), new AbortController().signal);
    if (!isHere) this.#doubt(new UpstreamUnavailableError(lost));
  }

  async #haveArrived(other: AlertmanagerClient): Promise<boolean> {
    const arrivals = await Promise.all(this.#taken.map(({ result }) => result.hasArrived(other)));
    return arrivals.every((isThere) => isThere);
  }

  #note(result: SilenceResult): void {
    this.#results.set(result.id, result);
  }

  /** Nobody knows what became of what was taken; it stays pending until somebody has looked. */
  #doubt(error: unknown): void {
    for (const { id } of this.#taken) this.#note(failed(id, error));
    this.#taken = [];
  }

  #giveUp(error: unknown): void {
    for (const id of this.#rest) this.#note(failed(id, error, "Nothing was written: "));
  }

  get #rest(): readonly string[] {
    return this.ids.filter((id) => !this.#results.has(id));
  }
}

const lost = "The member that took it went away before another had it. Look whether it is there.";

/** Whether there is no point in trying others: an Alertmanager that answers may only dislike this one. */
function isAway(error: unknown): boolean {
  return error instanceof UpstreamUnavailableError && !(error instanceof HttpStatusError);
}
