import type { LiveAlerts } from "../../alerts/live-alerts.js";
import type { Act } from "../../audit/change.js";
import type { AlertmanagerClient, UpstreamSilence } from "../../clients/alertmanager-client.js";
import { AppError, BadUserInputError, NotFoundError } from "../../core/errors.js";
import { Silence } from "../silence.js";
import { describe } from "../silence-acts.js";
import { beginning } from "../silence-write.js";
import { granted, wantedEnd, wantedText } from "../wanted-silence.js";
import type { Acknowledgement } from "./acknowledgement.js";
import { managedSilence, wasEndedEarly } from "./managed-silence.js";

/** A silence that is to be made, or made to last. */
export interface SilenceErrand {
  readonly acknowledgement: Acknowledgement;
  readonly cluster: string;
  /** The one there is. */
  readonly known: UpstreamSilence | null;
  /** Labels that the alert does not have; see `managedSilence`. */
  readonly without: readonly string[];
}

/** What came of an errand. */
export interface DoneErrand extends SilenceErrand {
  readonly silence: Silence;
}

/** What came of errands; what is in neither was not reached, because the Alertmanager does not answer in time, or has been ended. */
export interface ErrandsResult {
  readonly done: readonly DoneErrand[];
  /** Those that the Alertmanager itself refused. */
  readonly refused: readonly SilenceErrand[];
}

/** What is asked before each write, and throws when it must not be. */
export type Guard = () => void;

const freely: Guard = () => undefined;

/** How to make silences. */
export interface PutOptions {
  readonly guard?: Guard;
  /** Whether to leave the rest; asked after each write. */
  readonly isLate?: () => boolean;
  /** Finds the one that there is after all among all that the cluster holds at this moment. */
  readonly existing?: (errand: SilenceErrand, held: readonly UpstreamSilence[]) => UpstreamSilence | undefined;
}

/** Writes the silences of acknowledgements to the Alertmanagers: short ones, which end by themselves should nobody extend them. */
export class ManagedSilences {
  constructor(
    private readonly live: LiveAlerts,
    private readonly silenceMs: number,
    private readonly now: () => Date,
  ) {}

  /** Until when the silence of an acknowledgement is to last that is written now. */
  endOf({ expiresAt }: Acknowledgement): number {
    return Math.min(this.now().getTime() + this.silenceMs, expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  }

  /** Whether a silence has to be extended now: a third of its time is over, and it does not end with its acknowledgement. */
  isDue(acknowledgement: Acknowledgement, { endsAtMs }: UpstreamSilence): boolean {
    const leftMs = endsAtMs - this.now().getTime();
    return leftMs <= (this.silenceMs * 2) / 3 && endsAtMs < this.endOf(acknowledgement);
  }

  /** Makes or extends silences of one cluster, and has it read afterwards. */
  async put(
    cluster: string,
    errands: readonly SilenceErrand[],
    { guard = freely, isLate = () => false, existing }: PutOptions = {},
  ): Promise<ErrandsResult> {
    const [open, done, refused] = [[...errands], [] as DoneErrand[], [] as SilenceErrand[]];
    const isNew = errands.some(({ known }) => known === null);
    await this.#write(cluster, async (client) => {
      const held = existing && isNew ? await client.silencesNow() : [];
      // Those that are done are not done again when another member has to go on.
      for (let errand = open[0]; errand !== undefined; errand = open[0]) {
        const found = errand.known === null ? existing?.(errand, held) : undefined;
        // Alertmanager would make a new one of what somebody has ended since it was read.
        if (!(await isEnded(client, errand))) {
          guard();
          const silence =
            found === undefined ? await this.#put(client, errand) : new Silence({ cluster, silence: found });
          if (silence === null) refused.push(errand);
          else done.push({ ...errand, silence });
        }
        open.shift();
        if (isLate()) return;
      }
    });
    return { done, refused };
  }

  /** Ends silences of one cluster now, and has it read afterwards; answers those that it has ended. */
  async expire(
    cluster: string,
    silences: readonly UpstreamSilence[],
    guard: Guard = freely,
  ): Promise<readonly UpstreamSilence[]> {
    const [open, done] = [[...silences], [] as UpstreamSilence[]];
    await this.#write(cluster, async (client) => {
      for (let silence = open[0]; silence !== undefined; silence = open[0]) {
        guard();
        if (await client.expireSilence(silence.id)) done.push(silence);
        open.shift();
      }
    });
    return done;
  }

  /** What the change log tells of a silence that was made. */
  madeAct({ acknowledgement, silence }: DoneErrand): Act {
    const { id: entityId } = silence;
    return { ...actOn(acknowledgement), action: "CREATE", entityId, before: null, after: describe(silence) };
  }

  /** What the change log tells of a silence that was ended. */
  endedAct(acknowledgement: Acknowledgement, cluster: string, stored: UpstreamSilence): Act {
    const silence = new Silence({ cluster, silence: stored });
    const after = describe(granted(wantedEnd(silence, this.now().getTime()), stored.id));
    return { ...actOn(acknowledgement), action: "UPDATE", entityId: silence.id, before: describe(silence), after };
  }

  /** Null when the Alertmanager refuses it. */
  async #put(client: AlertmanagerClient, errand: SilenceErrand): Promise<Silence | null> {
    const { acknowledgement, cluster, known, without } = errand;
    const nowMs = this.now().getTime();
    const times = { startsAtMs: known?.startsAtMs ?? nowMs, endsAtMs: this.endOf(acknowledgement) };
    const text = managedSilence(acknowledgement, times, without);
    try {
      const id = await client.putSilence(known === null ? beginning(text, nowMs) : text, known?.id);
      return granted(wantedText(cluster, text, nowMs), id);
    } catch (error) {
      if (error instanceof NotFoundError && known !== null) return this.#put(client, { ...errand, known: null });
      // That a new one is not found is the word of a proxy.
      if (error instanceof NotFoundError || error instanceof BadUserInputError) return null;
      throw error;
    }
  }

  /** That an Alertmanager does not answer, or a cluster is gone from the settings, is no error: the upkeep tries again. */
  async #write(cluster: string, work: (client: AlertmanagerClient) => Promise<void>): Promise<void> {
    try {
      await this.live.write(cluster, work);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
}

async function isEnded(client: AlertmanagerClient, { known }: SilenceErrand): Promise<boolean> {
  const stored = known && (await client.silence(known.id));
  return stored !== null && wasEndedEarly(stored);
}

function actOn({ projectId }: Acknowledgement) {
  return { entityType: "Silence", projectId } as const;
}
