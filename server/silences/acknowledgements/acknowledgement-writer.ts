import type { Caller, IdempotencyKey } from "../../access/caller.js";
import type { ChangeLog } from "../../audit/change-log.js";
import { newId } from "../../core/ids.js";
import { type UserError, UserErrors } from "../../graph/user-error.js";
import { Acknowledgement, type AcknowledgementEnd, neverEnded } from "./acknowledgement.js";
import type { AlertsAcknowledgeInput } from "./acknowledgement-input.js";
import type { AcknowledgementLimits, Room } from "./acknowledgement-limits.js";
import type { AcknowledgementRepository } from "./acknowledgement-repository.js";
import { seenBy } from "./acknowledgement-rights.js";
import type { AcknowledgementSettings } from "./acknowledgement-settings.js";
import type { AcknowledgementSilencing } from "./acknowledgement-silencing.js";
import type { AcknowledgementStore, AcknowledgementWrites } from "./acknowledgement-store.js";
import type { ActiveAcknowledgements } from "./active-acknowledgements.js";
import { type AlertsToAcknowledge, type AlertToAcknowledge, fingerprintsIn } from "./alerts-to-acknowledge.js";
import { checkSilenceable } from "./managed-silence.js";
import { type Owner, readExpiry, readNote, readOwner } from "./read-acknowledgement.js";
import {
  inOneAnswer,
  isMistake,
  isNoMistake,
  resultsOf,
  type SeveralAcknowledgements,
} from "./several-acknowledgements.js";

/** What one acknowledgement is to say, whatever its alert. */
interface Terms {
  readonly owner: Owner;
  /** Absent where nothing was said of it, which matters where there is one already. */
  readonly note: string | undefined;
  readonly expiresAt: Date | null | undefined;
  readonly quiet: boolean | undefined;
}

/** Acknowledges alerts. */
export class AcknowledgementWriter {
  constructor(
    private readonly targets: AlertsToAcknowledge,
    private readonly repository: AcknowledgementRepository,
    private readonly store: AcknowledgementStore,
    private readonly active: ActiveAcknowledgements,
    private readonly silencing: AcknowledgementSilencing,
    private readonly limits: AcknowledgementLimits,
    private readonly changes: ChangeLog,
    private readonly settings: AcknowledgementSettings,
    private readonly now: () => Date,
  ) {}

  acknowledge(caller: Caller, input: AlertsAcknowledgeInput): Promise<SeveralAcknowledgements> {
    caller.requireAnywhere("silence.write");
    fingerprintsIn(input.alerts);
    return inOneAnswer(this.changes, caller, {
      found: (id) => this.#found(caller, id, input.alerts),
      act: (key) => this.#acknowledge(caller, input, key),
    });
  }

  async #acknowledge(
    caller: Caller,
    input: AlertsAcknowledgeInput,
    key: IdempotencyKey | null,
  ): Promise<SeveralAcknowledgements> {
    const errors = new UserErrors();
    const terms = this.#termsOf(caller, input, errors);
    if (errors.any) return { results: [], userErrors: errors.list };
    const found = await this.targets.find(caller, fingerprintsIn(input.alerts));
    const targets = found.filter(isNoMistake);
    const outcomes =
      targets.length === 0
        ? new Map<string, Acknowledgement | UserError>()
        : await this.store.write(caller, (writes) => this.#write(caller, writes, targets, terms), { key });
    const written = [...outcomes.values()].filter(isNoMistake);
    await this.silencing.begin(caller, written);
    return resultsOf(input.alerts, (_, index) => {
      const target = found[index];
      if (target === undefined || isMistake(target)) return target ?? null;
      const outcome = outcomes.get(target.alert.fingerprint) ?? null;
      // As it is now, with the silences that were made for it.
      return outcome === null || isMistake(outcome) ? outcome : (this.active.find(outcome.id) ?? outcome);
    });
  }

  #termsOf(caller: Caller, input: AlertsAcknowledgeInput, errors: UserErrors): Terms {
    const saysEnd = input.expiresAt != null || input.duration != null;
    const expiresAt = readExpiry(input, this.now().getTime(), this.settings, errors);
    return {
      owner: readOwner(input.owner, caller.principal, errors),
      note: input.note == null ? undefined : readNote(input.note, errors),
      expiresAt: saysEnd || expiresAt !== null ? expiresAt : undefined,
      quiet: input.quiet ?? undefined,
    };
  }

  /** Inside the transaction, by the alert's fingerprint. */
  async #write(
    caller: Caller,
    writes: AcknowledgementWrites,
    targets: readonly AlertToAcknowledge[],
    terms: Terms,
  ): Promise<Map<string, Acknowledgement | UserError>> {
    const byFingerprint = new Map(targets.map((target) => [target.alert.fingerprint, target]));
    const known = new Map(
      (await this.repository.inForceOf([...byFingerprint.keys()])).map((one) => [one.fingerprint, one]),
    );
    const room = await this.limits.room(
      caller,
      targets.flatMap(({ projectId }) => projectId ?? []),
    );
    const outcomes = new Map<string, Acknowledgement | UserError>();
    for (const [fingerprint, target] of byFingerprint) {
      const before = known.get(fingerprint);
      // One of a project that had this name before says nothing about it, nor may its owner be told here.
      const isOurs = before?.projectId === target.projectId;
      const isSame = isOurs && before.covers(target.alert.startsAtMs) && !before.isOver(writes.at);
      outcomes.set(
        fingerprint,
        before !== undefined && isSame
          ? await this.#again(writes, before, target, terms)
          : await this.#anew(caller, writes, { before, target, terms, room }),
      );
    }
    return outcomes;
  }

  /** Of what somebody has acknowledged already: its owner may say more, others hear who it is. */
  async #again(
    writes: AcknowledgementWrites,
    before: Acknowledgement,
    { path }: AlertToAcknowledge,
    { owner, note, expiresAt, quiet }: Terms,
  ): Promise<Acknowledgement | UserError> {
    if (!isOwner(before, owner)) {
      const since = before.createdAt.toISOString();
      const message = `${before.owner} has acknowledged it already (${before.id}, ${since}). To take it over, change its owner.`;
      return { code: "CONFLICT", message, path };
    }
    if (quiet !== undefined && quiet !== before.quiet) {
      const message = `It is acknowledged already, with \`quiet: ${before.quiet}\`. Take that back first.`;
      return { code: "CONFLICT", message, path };
    }
    const ownerId = owner.ownerId ?? before.ownerId;
    const changes = {
      ownerId,
      note: note ?? before.note,
      expiresAt: expiresAt === undefined ? before.expiresAt : expiresAt,
    };
    const isChanged =
      changes.ownerId !== before.ownerId ||
      changes.note !== before.note ||
      changes.expiresAt?.getTime() !== before.expiresAt?.getTime();
    return isChanged ? ((await writes.alter(before, changes)) ?? before) : before;
  }

  async #anew(
    caller: Caller,
    writes: AcknowledgementWrites,
    { before, target, terms, room }: Anew,
  ): Promise<Acknowledgement | UserError> {
    const { alert, projectId, path } = target;
    const { owner, note = "", expiresAt = null, quiet = true } = terms;
    const unfit = quiet ? checkSilenceable(alert.labels) : null;
    if (unfit !== null) return { code: "LIMIT", message: unfit, path };
    const refusal = room.admit(projectId, path);
    if (refusal !== null) return refusal;
    // One that is over, or of an earlier firing, which nobody has noticed yet.
    if (before !== undefined) {
      await writes.alter(before, { untilAt: writes.at, endReason: reasonToEnd(before, target, writes.at) });
    }
    const { fingerprint, labels, startsAt, clusters } = alert;
    const { id: createdById, name: createdBy } = caller.principal;
    const places = clusters.map((cluster) => ({ cluster, silenceId: null }));
    const end = { untilAt: neverEnded, endReason: null };
    return writes.insert(
      Object.assign(new Acknowledgement(), {
        ...{ id: newId("ack"), fingerprint, startsAt, projectId, labels, places, createdBy, createdById },
        ...{ ...owner, note, quiet, expiresAt, ...end },
      }),
    );
  }

  /** What a repeat of the request is answered with, which made the one with this id first. */
  async #found(caller: Caller, id: string, ids: readonly string[]): Promise<SeveralAcknowledgements | null> {
    const first = await this.repository.find(id);
    if (first === null) return null;
    const fingerprints = fingerprintsIn(ids);
    const made = await this.repository.madeWith(first, fingerprints);
    const mine = (await this.repository.inForceOf(fingerprints)).filter(
      ({ ownerId }) => ownerId === caller.principal.id,
    );
    const byFingerprint = new Map([...mine, ...made].map((one) => [one.fingerprint, one]));
    return resultsOf(ids, (_, index) => seenBy(caller, byFingerprint.get(fingerprints[index] ?? "") ?? null));
  }
}

interface Anew {
  readonly before: Acknowledgement | undefined;
  readonly target: AlertToAcknowledge;
  readonly terms: Terms;
  readonly room: Room;
}

/** Why one ends that is in the way of another. */
function reasonToEnd(before: Acknowledgement, { alert, projectId }: AlertToAcknowledge, at: Date): AcknowledgementEnd {
  if (before.isOver(at)) return "EXPIRED";
  if (!before.covers(alert.startsAtMs) || before.projectId === projectId) return "RESOLVED";
  // What was nobody's alert is a project's now.
  return before.projectId === null ? "REMOVED" : "DELETED";
}

/** Somebody to whom it was handed over by name alone is who has that name. */
function isOwner(before: Acknowledgement, { ownerId, owner }: Owner): boolean {
  const isSamePrincipal = ownerId !== null && before.ownerId === ownerId;
  return isSamePrincipal || ((ownerId === null || before.ownerId === null) && before.owner === owner);
}
