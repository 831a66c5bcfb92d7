import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { WriteAhead } from "../audit/write-ahead.js";
import type { Outcome } from "../graph/payload.js";
import { UserErrors } from "../graph/user-error.js";
import { refused, written } from "./outcomes.js";
import { readChangedSilence, readNewSilence, type Writing } from "./read-silence.js";
import type { Silence } from "./silence.js";
import type { SilenceDrafts } from "./silence-drafts.js";
import type { SilenceCreateInput, SilenceUpdateInput } from "./silence-input.js";
import type { SilenceLimits } from "./silence-limits.js";
import type { SilenceSender } from "./silence-sender.js";
import { change, creation, end } from "./silence-write.js";
import type { StoredSilences } from "./stored-silences.js";

/** Writes silences. Whoever writes must be allowed what the silence is now and what it becomes. */
export class SilenceWriter {
  constructor(
    private readonly drafts: SilenceDrafts,
    private readonly stored: StoredSilences,
    private readonly limits: SilenceLimits,
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
      return this.limits.admit(caller, null, text, () =>
        this.sender.send(caller, key, creation(cluster, text, this.#nowMs)),
      );
    });
  }

  /** Changes a silence; Alertmanager may put one with a new id in its place. */
  update(caller: Caller, id: string, input: SilenceUpdateInput): Promise<Outcome<Silence>> {
    return this.#change(caller, id, async (before, key) => {
      const errors = new UserErrors();
      if (before.state === "EXPIRED") errors.add("CONFLICT", "The silence has expired. Create a new one.", ["id"]);
      else if (input.expectedUpdatedAt && input.expectedUpdatedAt.getTime() !== before.updatedAt.getTime()) {
        errors.add("CONFLICT", "The silence changed since you read it. Read it again.", ["input", "expectedUpdatedAt"]);
      }
      const text = readChangedSilence(before.text, input, this.#writing(caller), errors);
      if (!errors.any) await this.drafts.checkScope(caller, text.matchers, errors);
      if (errors.any) return refused(errors.list);
      return this.limits.admit(caller, before, text, () =>
        this.sender.send(caller, key, change(before, text, this.#nowMs)),
      );
    });
  }

  /** Ends a silence now; one that has ended stays as it is. */
  expire(caller: Caller, id: string): Promise<Outcome<Silence>> {
    return this.#change(caller, id, async (before, key) => {
      if (before.state === "EXPIRED") return written(before);
      return this.sender.send(caller, key, end(before, this.#nowMs));
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
