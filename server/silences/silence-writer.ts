import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { Act, Description } from "../audit/change.js";
import type { ChangeLog } from "../audit/change-log.js";
import type { AlertmanagerClient, UpstreamSilence } from "../clients/alertmanager-client.js";
import { NeverSentError } from "../clients/http-json.js";
import { BadUserInputError, ForbiddenError, NotFoundError, UpstreamUnavailableError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import { formatMatcher } from "../core/matcher.js";
import { Turns } from "../core/turns.js";
import type { Outcome } from "../graph/payload.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import type { ProjectService } from "../projects/project-service.js";
import { readChangedSilence, readNewSilence, type Writing } from "./read-silence.js";
import { Silence } from "./silence.js";
import { uuidIn } from "./silence-id.js";
import type { SilenceCreateInput, SilenceUpdateInput } from "./silence-input.js";
import type { SilenceLimits } from "./silence-limits.js";
import { projectOf } from "./silence-scope.js";
import type { SilenceService } from "./silence-service.js";

interface Write {
  readonly cluster: string;
  /** The silence that is changed; null for a new one. */
  readonly before: Silence | null;
  readonly put: (client: AlertmanagerClient) => Promise<string>;
}

/**
 * Writes silences to the Alertmanagers. Whoever writes must be allowed what the silence is now and what it becomes: Alertmanager
 * lets anybody take over any silence by its id, so the one that it stores is judged first.
 */
export class SilenceWriter {
  readonly #turns = new Turns();

  constructor(
    private readonly silences: SilenceService,
    private readonly projects: ProjectService,
    private readonly live: LiveAlerts,
    private readonly changes: ChangeLog,
    private readonly limits: SilenceLimits,
    private readonly now: () => Date,
  ) {}

  create(caller: Caller, input: SilenceCreateInput): Promise<Outcome<Silence>> {
    caller.requireAnywhere("silence.write");
    return this.#once(caller, async (key) => {
      const errors = new UserErrors();
      const text = readNewSilence(input, await this.#projectName(caller, input.project), this.#writing(caller), errors);
      const cluster = this.#cluster(input.cluster, errors);
      if (!errors.any) await this.#checkScope(caller, text.matchers, errors);
      if (errors.any || cluster === null) return refused(errors.list);
      return this.limits.admit(caller, null, text.matchers, () =>
        this.#write(caller, key, { cluster, before: null, put: (client) => client.putSilence(text) }),
      );
    });
  }

  /** Changes a silence; Alertmanager may put one with a new id in its place. */
  update(caller: Caller, id: string, input: SilenceUpdateInput): Promise<Outcome<Silence>> {
    caller.requireAnywhere("silence.write");
    return this.#inTurn(caller, id, async (key) => {
      const before = await this.#editable(caller, id);
      const errors = new UserErrors();
      if (before.state === "EXPIRED") errors.add("CONFLICT", "The silence has expired. Create a new one.", ["id"]);
      else if (input.expectedUpdatedAt && input.expectedUpdatedAt.getTime() !== before.updatedAt.getTime()) {
        errors.add("CONFLICT", "The silence changed since you read it. Read it again.", ["input", "expectedUpdatedAt"]);
      }
      const text = readChangedSilence(before.text, input, this.#writing(caller), errors);
      if (!errors.any) await this.#checkScope(caller, text.matchers, errors);
      if (errors.any) return refused(errors.list);
      const { cluster, uuid } = before;
      return this.limits.admit(caller, before, text.matchers, () =>
        this.#write(caller, key, { cluster, before, put: (client) => client.putSilence(text, uuid) }),
      );
    });
  }

  /** Ends a silence now; one that has ended stays as it is. */
  expire(caller: Caller, id: string): Promise<Outcome<Silence>> {
    caller.requireAnywhere("silence.write");
    return this.#inTurn(caller, id, async (key) => {
      const before = await this.#editable(caller, id);
      if (before.state === "EXPIRED") return done(before);
      const { cluster, uuid } = before;
      const put = async (client: AlertmanagerClient) => {
        if (!(await client.expireSilence(uuid))) throw new NotFoundError("Silence");
        return uuid;
      };
      return this.#write(caller, key, { cluster, before, put });
    });
  }

  /** Alertmanager cannot compare and set: what is judged here must not be changed by another caller of ours meanwhile. */
  #inTurn(caller: Caller, id: string, act: (key: IdempotencyKey | null) => Promise<Outcome<Silence>>) {
    return this.#once(caller, (key) => this.#turns.take(id, () => act(key)));
  }

  #once(caller: Caller, act: (key: IdempotencyKey | null) => Promise<Outcome<Silence>>): Promise<Outcome<Silence>> {
    return this.changes.once(caller, (id) => this.silences.find(caller, id), act);
  }

  /** The silence as an Alertmanager stores it now, not as it was when it was last polled. */
  async #editable(caller: Caller, id: string): Promise<Silence> {
    const uuid = uuidIn(id);
    if (uuid === null) throw new BadUserInputError('"id" must be an id that starts with "sil_".', ["id"]);
    const known = (await this.silences.find(caller, id))?.cluster;
    // What the caller may not see is looked for as what is not there is, or a cluster that is away would tell them apart.
    for (const cluster of known === undefined ? this.live.health.map(({ name }) => name) : [known]) {
      const silence = await this.live.ask(cluster, (client) => client.silence(uuid));
      if (silence === null) continue;
      const stored = new Silence({ cluster, silence });
      if (!(await this.silences.isVisible(caller, stored))) continue;
      if (await this.silences.mayWrite(caller, stored.matchers)) return stored;
      throw new ForbiddenError(`This silence is not for ${caller.principal.name} to change.`);
    }
    throw new NotFoundError("Silence");
  }

  async #projectName(caller: Caller, id: string | null | undefined): Promise<string | null> {
    if (id == null) return null;
    caller.requireIn(requireId("prj", id, ["input", "project"]), "silence.write", "Project");
    return (await this.projects.require(caller, id)).name;
  }

  #cluster(name: string | null | undefined, errors: UserErrors): string | null {
    const names = this.live.health.map((cluster) => cluster.name);
    const [only, ...others] = names;
    if (only === undefined) throw new UpstreamUnavailableError("No Alertmanager is configured.");
    if (name == null && others.length === 0) return only;
    if (name != null && names.includes(name)) return name;
    errors.add("INVALID", `Name one of the Alertmanager clusters: ${names.join(", ")}.`, ["input", "cluster"]);
    return null;
  }

  async #checkScope(caller: Caller, matchers: Silence["matchers"], errors: UserErrors): Promise<void> {
    if (await this.silences.mayWrite(caller, matchers)) return;
    errors.add(
      "INVALID",
      'A silence must be for exactly one project whose silences you may write: one matcher project="name", and no other on that label.',
      ["input", "matchers"],
    );
  }

  #writing(caller: Caller): Writing {
    return { author: caller.principal.name, nowMs: this.now().getTime() };
  }

  async #write(caller: Caller, key: IdempotencyKey | null, { cluster, before, put }: Write): Promise<Outcome<Silence>> {
    let silence: Silence | null;
    try {
      const written = await this.live.write(cluster, async (client) => readBack(client, await put(client)));
      silence = written && new Silence({ cluster, silence: written });
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      return refused([{ code: "INVALID", message: error.message, path: ["input"] }]);
    }
    const subject = silence ?? before;
    if (subject) await this.#note(caller, key, before, subject);
    return done(silence);
  }

  /** A silence that moves to another project ends in one change log and begins in the other: neither reads of both. */
  async #note(caller: Caller, key: IdempotencyKey | null, before: Silence | null, after: Silence): Promise<void> {
    const isMoved = before !== null && projectOf(before.matchers) !== projectOf(after.matchers);
    const acts = isMoved
      ? [this.#act(caller, null, after), this.#act(caller, before, await this.#nowOf(before))]
      : [this.#act(caller, before, after)];
    await this.changes.note(caller, await Promise.all(acts), key);
  }

  async #nowOf(before: Silence): Promise<Silence> {
    const held = (await this.live.snapshot())?.silence(before.uuid);
    return held === undefined ? before : new Silence(held);
  }

  async #act(caller: Caller, before: Silence | null, after: Silence): Promise<Act> {
    return {
      action: before === null ? "CREATE" : "UPDATE",
      entityType: "Silence",
      entityId: after.id,
      projectId: await this.silences.projectIdOf(caller, after.matchers),
      before: before && describe(before),
      after: describe(after),
    };
  }
}

/** Reads what was just written; that it cannot be read is no reason to write it once more, to another member. */
async function readBack(client: AlertmanagerClient, uuid: string): Promise<UpstreamSilence | null> {
  try {
    return await client.silence(uuid);
  } catch (error) {
    if (!(error instanceof NeverSentError)) throw error;
    throw new UpstreamUnavailableError(`${error.message} The silence was written.`, { cause: error });
  }
}

function describe({ id, cluster, matchers, state, startsAt, endsAt, comment }: Silence): Description {
  return { id, cluster, matchers: matchers.map(formatMatcher), state, startsAt, endsAt, comment };
}

function done(subject: Silence | null): Outcome<Silence> {
  return { subject, diff: [], revision: null, userErrors: [] };
}

function refused(userErrors: readonly UserError[]): Outcome<Silence> {
  return { subject: null, diff: [], revision: null, userErrors };
}
