import type { AlertmanagerClient, UpstreamSilence } from "../clients/alertmanager-client.js";
import { UpstreamUnavailableError } from "../core/errors.js";
import { Silence } from "./silence.js";
import type { SilenceWrite } from "./silence-write.js";
import { granted, type WantedSilence } from "./wanted-silence.js";

/** A silence that a member of its cluster has taken. */
export class WrittenSilence {
  private constructor(
    private readonly wanted: WantedSilence,
    private readonly uuid: string,
    /** As it was read back; null when it could not be. */
    private readonly held: UpstreamSilence | null,
    /** Why not. */
    readonly unread: UpstreamUnavailableError | null,
  ) {}

  /** Writes it; that it cannot be read back is no reason to write it once more, to another member. */
  static async by(client: AlertmanagerClient, { put, wanted }: SilenceWrite): Promise<WrittenSilence> {
    const uuid = await put(client);
    try {
      return new WrittenSilence(wanted, uuid, await client.silence(uuid), null);
    } catch (error) {
      if (!(error instanceof UpstreamUnavailableError)) throw error;
      const message = `${error.message} The silence was written.`;
      return new WrittenSilence(wanted, uuid, null, new UpstreamUnavailableError(message, { cause: error }));
    }
  }

  /** As the member has it, as far as that is known. */
  get silence(): Silence {
    const { wanted, uuid, held } = this;
    return held === null ? granted(wanted, uuid) : new Silence({ cluster: wanted.cluster, silence: held });
  }

  /** Whether another member has it too, or something newer. */
  async hasArrived(other: AlertmanagerClient): Promise<boolean> {
    const held = await other.silence(this.uuid);
    return held !== null && (this.held === null || held.updatedAtMs >= this.held.updatedAtMs);
  }
}
