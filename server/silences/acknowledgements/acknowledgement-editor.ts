import type { Caller, IdempotencyKey } from "../../access/caller.js";
import { type ChangeLog, conflict } from "../../audit/change-log.js";
import { NotFoundError } from "../../core/errors.js";
import { requireId } from "../../core/ids.js";
import type { Outcome } from "../../graph/payload.js";
import { type UserError, UserErrors } from "../../graph/user-error.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { AcknowledgementUpdateInput, AlertsUnacknowledgeInput } from "./acknowledgement-input.js";
import type { AcknowledgementRepository } from "./acknowledgement-repository.js";
import { maySee, mayWrite, requireWritable, seenBy } from "./acknowledgement-rights.js";
import type { AcknowledgementSettings } from "./acknowledgement-settings.js";
import type { AcknowledgementSilencing } from "./acknowledgement-silencing.js";
import type { AcknowledgementChanges, AcknowledgementStore } from "./acknowledgement-store.js";
import type { ActiveAcknowledgements } from "./active-acknowledgements.js";
import { type AlertsToAcknowledge, fingerprintsIn, requireAcknowledgementIds } from "./alerts-to-acknowledge.js";
import { readExpiry, readNote, readOwner } from "./read-acknowledgement.js";
import {
  inOneAnswer,
  isMistake,
  isNoMistake,
  resultsOf,
  type SeveralAcknowledgements,
} from "./several-acknowledgements.js";

/** Changes acknowledgements, hands them over, and takes them back. */
export class AcknowledgementEditor {
  constructor(
    private readonly targets: AlertsToAcknowledge,
    private readonly repository: AcknowledgementRepository,
    private readonly store: AcknowledgementStore,
    private readonly active: ActiveAcknowledgements,
    private readonly silencing: AcknowledgementSilencing,
    private readonly changes: ChangeLog,
    private readonly settings: AcknowledgementSettings,
    private readonly now: () => Date,
  ) {}

  update(caller: Caller, id: string, input: AcknowledgementUpdateInput): Promise<Outcome<Acknowledgement>> {
    requireId("ack", id);
    caller.requireAnywhere("silence.write");
    return this.changes.once(
      caller,
      async (known) => seenBy(caller, await this.repository.find(known)),
      async (key) => {
        const seen = await this.repository.find(id);
        if (seen === null) throw new NotFoundError("Acknowledgement");
        requireWritable(caller, seen.projectId);
        const errors = new UserErrors();
        const changes = this.#changesOf(caller, input, errors);
        if (errors.any) return refused(errors.list);
        const after = await this.store.write(
          caller,
          async (writes) => {
            const before = await this.repository.find(id);
            const mistake = before && mistakeOf(before, input);
            return before === null || mistake ? mistake : writes.alter(before, changes);
          },
          { key },
        );
        if (after === null) throw new NotFoundError("Acknowledgement");
        if (isMistake(after)) return refused([after]);
        await this.silencing.begin(caller, [after]);
        return { subject: this.active.find(id) ?? after, diff: [], revision: null, userErrors: [] };
      },
    );
  }

  /** Ends acknowledgements; those that have ended stay as they are, and so do alerts that nobody has acknowledged. */
  unacknowledge(caller: Caller, input: AlertsUnacknowledgeInput): Promise<SeveralAcknowledgements> {
    caller.requireAnywhere("silence.write");
    const { alerts, acknowledgements } = input;
    if (acknowledgements) {
      requireAcknowledgementIds(acknowledgements);
      return inOneAnswer(this.changes, caller, {
        act: (key) => this.#endAll(caller, acknowledgements, key),
        found: async () => {
          const found = await this.repository.findMany(acknowledgements);
          return resultsOf(acknowledgements, (_, index) => seenBy(caller, found[index] ?? null));
        },
      });
    }
    const fingerprints = fingerprintsIn(alerts ?? []);
    return inOneAnswer(this.changes, caller, {
      act: (key) => this.#endOfAlerts(caller, alerts ?? [], key),
      found: async (id) => {
        const first = await this.repository.find(id);
        const ended = first === null ? [] : await this.repository.endedWith(first, fingerprints);
        const byFingerprint = new Map(ended.map((one) => [one.fingerprint, one]));
        return resultsOf(alerts ?? [], (_, index) =>
          seenBy(caller, byFingerprint.get(fingerprints[index] ?? "") ?? null),
        );
      },
    });
  }

  #changesOf(caller: Caller, input: AcknowledgementUpdateInput, errors: UserErrors): AcknowledgementChanges {
    const { owner, note, expiresAt, duration } = input;
    const saysEnd = expiresAt !== undefined || duration !== undefined;
    return {
      ...(owner == null ? {} : readOwner(owner, caller.principal, errors)),
      ...(note === undefined ? {} : { note: readNote(note, errors) }),
      ...(saysEnd ? { expiresAt: readExpiry(input, this.now().getTime(), this.settings, errors) } : {}),
    };
  }

  async #endAll(caller: Caller, ids: readonly string[], key: IdempotencyKey | null): Promise<SeveralAcknowledgements> {
    const found = await this.repository.findMany(ids);
    const mistakes = found.map((one, index) => mistakeAbout(caller, one, ["input", "acknowledgements", String(index)]));
    const ending = found.filter((_, index) => mistakes[index] === null).flatMap((one) => one ?? []);
    const ended = new Map((await this.#end(caller, ending, key)).map((one) => [one.id, one]));
    return resultsOf(ids, (id, index) => mistakes[index] ?? ended.get(id) ?? found[index] ?? null);
  }

  async #endOfAlerts(
    caller: Caller,
    ids: readonly string[],
    key: IdempotencyKey | null,
  ): Promise<SeveralAcknowledgements> {
    const targets = await this.targets.find(caller, fingerprintsIn(ids));
    const writable = targets.filter(isNoMistake);
    const inForce = await this.repository.inForceOf(writable.map(({ alert }) => alert.fingerprint));
    const ending = inForce.filter(({ projectId }) => mayWrite(caller, projectId));
    const ended = new Map((await this.#end(caller, ending, key)).map((one) => [one.fingerprint, one]));
    return resultsOf(ids, (_, index) => {
      const target = targets[index];
      if (target === undefined || isMistake(target)) return target ?? null;
      return ended.get(target.alert.fingerprint) ?? null;
    });
  }

  /** Ends those that are in force, and their silences. */
  async #end(
    caller: Caller,
    seen: readonly Acknowledgement[],
    key: IdempotencyKey | null,
  ): Promise<readonly Acknowledgement[]> {
    const ids = [...new Set(seen.filter(({ isInForce }) => isInForce).map(({ id }) => id))];
    if (ids.length === 0) return [];
    const ended = await this.store.write(
      caller,
      async (writes) => {
        const done: Acknowledgement[] = [];
        for (const before of await this.repository.findMany(ids)) {
          if (before === null) continue;
          const end = { untilAt: writes.at, endReason: "REMOVED" } as const;
          done.push(before.isInForce ? ((await writes.alter(before, end)) ?? before) : before);
        }
        return done;
      },
      { key },
    );
    await this.silencing.end(caller, ended);
    return ended;
  }
}

function mistakeOf(before: Acknowledgement, { expectedVersion }: AcknowledgementUpdateInput): UserError | null {
  if (!before.isInForce) {
    const message = "It has ended. Acknowledge the alert anew, if it fires.";
    return { code: "CONFLICT", message, path: ["id"] };
  }
  return expectedVersion != null && expectedVersion !== before.version ? conflict : null;
}

function mistakeAbout(caller: Caller, one: Acknowledgement | null, path: readonly string[]): UserError | null {
  if (one === null || !maySee(caller, one.projectId)) {
    return { code: "NOT_FOUND", message: "Acknowledgement not found.", path };
  }
  if (mayWrite(caller, one.projectId)) return null;
  return { code: "FORBIDDEN", message: `It is not for ${caller.principal.name} to change.`, path };
}

function refused(userErrors: readonly UserError[]): Outcome<Acknowledgement> {
  return { subject: null, diff: [], revision: null, userErrors };
}
