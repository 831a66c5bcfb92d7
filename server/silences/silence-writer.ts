import type { Caller, IdempotencyKey } from "../access/caller.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { uuidIn } from "../alerts/silence-id.js";
import type { Act } from "../audit/change.js";
import type { WriteAhead } from "../audit/write-ahead.js";
import type { AlertmanagerClient, UpstreamSilence } from "../clients/alertmanager-client.js";
import { HttpStatusError, NeverSentError } from "../clients/http-json.js";
import { BadUserInputError, ForbiddenError, NotFoundError, UpstreamUnavailableError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import { Turns } from "../core/turns.js";
import type { Outcome } from "../graph/payload.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import type { ProjectService } from "../projects/project-service.js";
import { readChangedSilence, readNewSilence, type Writing } from "./read-silence.js";
import { Silence } from "./silence.js";
import { doneActs, intendedActs, movedFrom, type ProjectsOfWrite } from "./silence-acts.js";
import type { SilenceCreateInput, SilenceUpdateInput } from "./silence-input.js";
import type { SilenceLimits } from "./silence-limits.js";
import type { SilenceService } from "./silence-service.js";
import { granted, type WantedSilence, wantedEnd, wantedText } from "./wanted-silence.js";

interface Write {
  /** The silence that is changed; null for a new one. */
  readonly before: Silence | null;
  readonly wanted: WantedSilence;
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
    private readonly writes: WriteAhead,
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
      return this.limits.admit(caller, null, text, () =>
        this.#write(caller, key, {
          before: null,
          wanted: wantedText(cluster, text, this.#nowMs),
          put: (client) => client.putSilence(text),
        }),
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
      return this.limits.admit(caller, before, text, () =>
        this.#write(caller, key, {
          before,
          wanted: wantedText(cluster, text, this.#nowMs),
          put: (client) => client.putSilence(text, uuid),
        }),
      );
    });
  }

  /** Ends a silence now; one that has ended stays as it is. */
  expire(caller: Caller, id: string): Promise<Outcome<Silence>> {
    caller.requireAnywhere("silence.write");
    return this.#inTurn(caller, id, async (key) => {
      const before = await this.#editable(caller, id);
      if (before.state === "EXPIRED") return { subject: before, diff: [], revision: null, userErrors: [] };
      const { uuid } = before;
      const put = async (client: AlertmanagerClient) => {
        if (!(await client.expireSilence(uuid))) throw new NotFoundError("Silence");
        return uuid;
      };
      return this.#write(caller, key, { before, wanted: wantedEnd(before, this.#nowMs), put });
    });
  }

  /** Alertmanager cannot compare and set: what is judged here must not be changed by another caller of ours meanwhile. */
  #inTurn(caller: Caller, id: string, act: (key: IdempotencyKey | null) => Promise<Outcome<Silence>>) {
    return this.#once(caller, (key) => this.#turns.take(id, () => act(key)));
  }

  #once(caller: Caller, act: (key: IdempotencyKey | null) => Promise<Outcome<Silence>>): Promise<Outcome<Silence>> {
    return this.writes.once(caller, (id) => this.#found(caller, id), act);
  }

  /** What a repeat is answered with: another server may have written it, since this one has read. */
  async #found(caller: Caller, id: string): Promise<Silence | null> {
    try {
      return await this.#stored(caller, id);
    } catch (error) {
      if (!(error instanceof UpstreamUnavailableError)) throw error;
      return this.silences.find(caller, id);
    }
  }

  async #editable(caller: Caller, id: string): Promise<Silence> {
    const stored = await this.#stored(caller, id);
    if (stored === null) throw new NotFoundError("Silence");
    if (await this.silences.mayWrite(caller, stored.matchers)) return stored;
    throw new ForbiddenError(`This silence is not for ${caller.principal.name} to change.`);
  }

  /** The silence as an Alertmanager stores it now, not as it was when it was last polled; null when it is not to be seen. */
  async #stored(caller: Caller, id: string): Promise<Silence | null> {
    const uuid = uuidIn(id);
    if (uuid === null) throw new BadUserInputError('"id" must be an id that starts with "sil_".', ["id"]);
    const known = (await this.silences.find(caller, id))?.cluster;
    // What the caller may not see is looked for as what is not there is, or a cluster that is away would tell them apart.
    for (const cluster of known === undefined ? this.live.health.map(({ name }) => name) : [known]) {
      const silence = await this.live.ask(cluster, (client) => client.silence(uuid));
      if (silence === null) continue;
      const stored = new Silence({ cluster, silence });
      if (await this.silences.isVisible(caller, stored)) return stored;
    }
    return null;
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
    return { author: caller.principal.name, nowMs: this.#nowMs, matching: caller.matching };
  }

  get #nowMs(): number {
    return this.now().getTime();
  }

  async #write(caller: Caller, key: IdempotencyKey | null, { before, wanted, put }: Write): Promise<Outcome<Silence>> {
    const { cluster } = wanted;
    const send = () =>
      this.live.write(
        cluster,
        async (client) => {
          const uuid = await put(client);
          return { uuid, ...(await readBack(client, uuid)) };
        },
        hasArrived,
      );
    const silenceOf = ({ uuid, silence }: Written) =>
      silence ? new Silence({ cluster, silence }) : granted(wanted, uuid);
    const moved = movedFrom(before, wanted);
    const done = async (written: Written, intended: readonly Act[]) =>
      doneActs(intended, silenceOf(written), ...(moved ? [await this.#nowOf(moved)] : []));
    try {
      const intended = intendedActs(before, wanted, await this.#projectIdsOf(caller, before, wanted));
      const written = await this.writes.run(caller, key, { intended, send, isUndone, done });
      if (written.failure) throw written.failure;
      return { subject: silenceOf(written), diff: [], revision: null, userErrors: [] };
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

interface Written {
  readonly uuid: string;
  /** As it was read back; null when it could not be. */
  readonly silence: UpstreamSilence | null;
  readonly failure?: UpstreamUnavailableError;
}

/** Whether a member has what was written to another, or something newer. */
async function hasArrived(client: AlertmanagerClient, { uuid, silence }: Written): Promise<boolean> {
  const held = await client.silence(uuid);
  return held !== null && (silence === null || held.updatedAtMs >= silence.updatedAtMs);
}

/** Reads what was just written; that it cannot be read is no reason to write it once more, to another member. */
async function readBack(client: AlertmanagerClient, uuid: string): Promise<Omit<Written, "uuid">> {
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

function refused(userErrors: readonly UserError[]): Outcome<Silence> {
  return { subject: null, diff: [], revision: null, userErrors };
}
