import type { Caller } from "../access/caller.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { uuidIn } from "../alerts/silence-id.js";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import { BadUserInputError, ForbiddenError, NotFoundError, UpstreamUnavailableError } from "../core/errors.js";
import { Turns } from "../core/turns.js";
import { Silence } from "./silence.js";
import type { SilenceService } from "./silence-service.js";

/**
 * Silences as the Alertmanagers store them now, not as they were when they were last polled: what is to be changed is judged
 * by that, because Alertmanager lets anybody take over any silence by its id.
 */
export class StoredSilences {
  readonly #turns = new Turns();

  constructor(
    private readonly silences: SilenceService,
    private readonly live: LiveAlerts,
  ) {}

  /** Alertmanager cannot compare and set: what `act` judges must not be changed by another caller of ours meanwhile. */
  inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    return this.#turns.take(id, act);
  }

  /** The silence that the caller wants to change; throws NOT_FOUND or FORBIDDEN. */
  async editable(caller: Caller, id: string): Promise<Silence> {
    return this.#requireEditable(caller, await this.find(caller, id));
  }

  /** The same, as a member of its cluster stores it. */
  async editableAt(caller: Caller, id: string, cluster: string, client: AlertmanagerClient): Promise<Silence> {
    return this.#requireEditable(caller, await this.#visible(caller, cluster, requireUuid(id, ["id"]), client));
  }

  /** The silence with this id; null when it is absent or not to be seen. */
  async find(caller: Caller, id: string): Promise<Silence | null> {
    const uuid = requireUuid(id, ["id"]);
    const known = (await this.silences.find(caller, id))?.cluster;
    // What the caller may not see is looked for as what is not there is, or a cluster that is away would tell them apart.
    for (const cluster of known === undefined ? this.live.health.map(({ name }) => name) : [known]) {
      const stored = await this.live.ask(cluster, (client) => this.#visible(caller, cluster, uuid, client));
      if (stored !== null) return stored;
    }
    return null;
  }

  /** What a repeated request is answered with: another server may have written it, since this one has read. */
  async answered(caller: Caller, id: string): Promise<Silence | null> {
    try {
      return await this.find(caller, id);
    } catch (error) {
      if (!(error instanceof UpstreamUnavailableError)) throw error;
      return this.silences.find(caller, id);
    }
  }

  async #requireEditable(caller: Caller, stored: Silence | null): Promise<Silence> {
    if (stored === null) throw new NotFoundError("Silence");
    if (await this.silences.mayWrite(caller, stored.matchers)) return stored;
    throw new ForbiddenError(`This silence is not for ${caller.principal.name} to change.`);
  }

  async #visible(caller: Caller, cluster: string, uuid: string, client: AlertmanagerClient): Promise<Silence | null> {
    const silence = await client.silence(uuid);
    const stored = silence && new Silence({ cluster, silence });
    return stored && (await this.silences.isVisible(caller, stored)) ? stored : null;
  }
}

/** The id that Alertmanager knows the silence by; throws when it is no silence's id. */
export function requireUuid(id: string, path: readonly string[]): string {
  const uuid = uuidIn(id);
  if (uuid === null) throw new BadUserInputError(`"${path.at(-1)}" must be an id that starts with "sil_".`, path);
  return uuid;
}
