import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { WriteAhead } from "../audit/write-ahead.js";
import type { Outcome } from "../graph/payload.js";
import { UserErrors } from "../graph/user-error.js";
import { refused, written } from "./outcomes.js";
import { readChangedSilence, readNewSilence, type Writing } from "./read-silence.js";
import type { Silence } from "./silence.js";
import type { SilenceDrafts } from "./silence-drafts.js";
import type { SilenceEnds } from "./silence-ends.js";
import type { SilenceCreateInput, SilenceExtendInput, SilenceUpdateInput } from "./silence-input.js";
import type { SilenceLimits } from "./silence-limits.js";
import type { SilencePolicyService } from "./silence-policy-service.js";
import type { SilenceSender } from "./silence-sender.js";
import { change, creation } from "./silence-write.js";
import type { StoredSilences } from "./stored-silences.js";

/** What came of a change of a silence. */
export interface Replacement extends Outcome<Silence> {
  /** The silence of before, when the change was made by a new one. */
  readonly replaced: Silence | null;
}

/** Writes silences. Whoever writes must be allowed what the silence is now and what it becomes. */
export class SilenceWriter {
  constructor(
    private readonly drafts: SilenceDrafts,
    private readonly stored: StoredSilences,
    private readonly limits: SilenceLimits,
    private readonly policy: SilencePolicyService,
    private readonly ends: SilenceEnds,
    private readonly sender: SilenceSender,
    private readonly writes: WriteAhead,
    private readonly now: () => Date,
  ) {}

  create(caller: Caller, input: SilenceCreateInput): Promise<Outcome<Silence>> {
    caller.requireAnywhere("silence.write");
    return this.#once(caller, async (key) => {
      const errors = new UserErrors();
      const projectName = await this.drafts.projectName(caller, input.project, "silence.write");
      const text = readNewSilence(input, projectName, this.#writing(caller), errors);
      const cluster = this.drafts.cluster(input.cluster, errors);
      if (!errors.any) await this.drafts.checkScope(caller, text.matchers, errors);
      if (errors.any || cluster === null) return refused(errors.list);
      await this.policy.check(caller, { before: null, cluster, text, confirmAlerts: input.confirmAlerts }, errors);
      if (errors.any) return refused(errors.list);
      return this.limits.admit(caller, null, text, () =>
        this.sender.send(caller, key, creation(cluster, text, this.#nowMs)),
      );
    });
  }

  /** Changes a silence; where Alertmanager puts one with a new id in its place, the one before is told too. */
  async update(caller: Caller, id: string, input: SilenceUpdateInput): Promise<Replacement> {
    const outcome = await this.#update(caller, id, input);
    const isReplaced = outcome.subject !== null && outcome.subject.id !== id;
    return { ...outcome, replaced: isReplaced ? await this.stored.answered(caller, id) : null };
  }

  #update(caller: Caller, id: string, input: SilenceUpdateInput): Promise<Outcome<Silence>> {
    return this.#change(caller, id, async (before, key) => {
      const errors = new UserErrors();
      if (before.state === "EXPIRED") errors.add("CONFLICT", "The silence has expired. Create a new one.", ["id"]);
      else checkSeen(before, input, errors);
      const text = readChangedSilence(before.text, input, this.#writing(caller), errors);
      if (!errors.any) await this.drafts.checkScope(caller, text.matchers, errors);
      const { confirmAlerts } = input;
      if (!errors.any)
        await this.policy.check(caller, { before, cluster: before.cluster, text, confirmAlerts }, errors);
      if (errors.any) return refused(errors.list);
      return this.limits.admit(caller, before, text, () =>
        this.sender.send(caller, key, change(before, text, this.#nowMs)),
      );
    });
  }

  /** Moves the end of a silence, and nothing else. */
  extend(caller: Caller, id: string, input: SilenceExtendInput): Promise<Outcome<Silence>> {
    return this.#change(caller, id, async (before, key) => {
      const errors = new UserErrors();
      checkSeen(before, input, errors);
      const extension = await this.ends.extension(caller, before, input, ["id"], errors);
      return errors.any ? refused(errors.list) : this.sender.send(caller, key, extension);
    });
  }

  /** Ends a silence now; one that has ended stays as it is. */
  expire(caller: Caller, id: string): Promise<Outcome<Silence>> {
    return this.#change(caller, id, async (before, key) => {
      const expiry = this.ends.expiry(before);
      return expiry === null ? written(before) : this.sender.send(caller, key, expiry);
    });
  }

  #change(
    caller: Caller,
    id: string,
    act: (before: Silence, key: IdempotencyKey | null) => Promise<Outcome<Silence>>,
  ): Promise<Outcome<Silence>> {
    caller.requireAnywhere("silence.write");
    return this.#once(caller, (key) =>
      this.stored.inTurn(id, async () => act(await this.stored.editable(caller, id), key)),
    );
  }

  #once(caller: Caller, act: (key: IdempotencyKey | null) => Promise<Outcome<Silence>>): Promise<Outcome<Silence>> {
    return this.writes.once(caller, (id) => this.stored.answered(caller, id), act);
  }

  #writing(caller: Caller): Writing {
    return { author: caller.principal.name, nowMs: this.#nowMs, matching: caller.matching };
  }

  get #nowMs(): number {
    return this.now().getTime();
  }
}

function checkSeen(
  { updatedAt }: Silence,
  { expectedUpdatedAt }: Pick<SilenceUpdateInput, "expectedUpdatedAt">,
  errors: UserErrors,
): void {
  if (expectedUpdatedAt == null || expectedUpdatedAt.getTime() === updatedAt.getTime()) return;
  errors.add("CONFLICT", "The silence changed since you read it. Read it again.", ["input", "expectedUpdatedAt"]);
}
