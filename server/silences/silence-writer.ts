import type { Caller } from "../access/caller.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { AlertmanagerClient } from "../clients/alertmanager-client.js";
import { BadUserInputError, ForbiddenError, NotFoundError, UpstreamUnavailableError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import type { ProjectService } from "../projects/project-service.js";
import { readChangedSilence, readNewSilence, type Writing } from "./read-silence.js";
import { Silence } from "./silence.js";
import { uuidIn } from "./silence-id.js";
import type { SilenceCreateInput, SilenceUpdateInput } from "./silence-input.js";
import type { SilenceService } from "./silence-service.js";

/** What came of a write: the silence as it is now, or the mistakes that kept it from being written. */
export interface SilenceOutcome {
  readonly silence: Silence | null;
  readonly userErrors: readonly UserError[];
}

/**
 * Writes silences to the Alertmanagers. Whoever writes must be allowed what the silence is now and what it becomes: Alertmanager
 * lets anybody take over any silence by its id, so the one that it stores is judged first.
 */
export class SilenceWriter {
  constructor(
    private readonly silences: SilenceService,
    private readonly projects: ProjectService,
    private readonly live: LiveAlerts,
    private readonly now: () => Date,
  ) {}

  async create(caller: Caller, input: SilenceCreateInput): Promise<SilenceOutcome> {
    caller.requireAnywhere("silence.write");
    const errors = new UserErrors();
    const text = readNewSilence(input, await this.#projectName(caller, input.project), this.#writing(caller), errors);
    const cluster = this.#cluster(input.cluster, errors);
    if (!errors.any) await this.#checkScope(caller, text.matchers, errors);
    if (errors.any || cluster === null) return { silence: null, userErrors: errors.list };
    return this.#write(cluster, (client) => client.putSilence(text));
  }

  /** Changes a silence; Alertmanager may put one with a new id in its place. */
  async update(caller: Caller, id: string, input: SilenceUpdateInput): Promise<SilenceOutcome> {
    const stored = await this.#editable(caller, id);
    const errors = new UserErrors();
    if (stored.state === "EXPIRED") errors.add("CONFLICT", "The silence has expired. Create a new one.", ["id"]);
    const text = readChangedSilence(stored.text, input, this.#writing(caller), errors);
    if (!errors.any) await this.#checkScope(caller, text.matchers, errors);
    if (errors.any) return { silence: null, userErrors: errors.list };
    return this.#write(stored.cluster, (client) => client.putSilence(text, stored.uuid));
  }

  /** Ends a silence now; one that has ended stays as it is. */
  async expire(caller: Caller, id: string): Promise<SilenceOutcome> {
    const stored = await this.#editable(caller, id);
    if (stored.state === "EXPIRED") return { silence: stored, userErrors: [] };
    return this.#write(stored.cluster, async (client) => {
      if (!(await client.expireSilence(stored.uuid))) throw new NotFoundError("Silence");
      return stored.uuid;
    });
  }

  /** The silence as an Alertmanager stores it now, not as it was when it was last polled. */
  async #editable(caller: Caller, id: string): Promise<Silence> {
    caller.requireAnywhere("silence.write");
    const uuid = uuidIn(id);
    if (uuid === null) throw new BadUserInputError('"id" must be an id that starts with "sil_".', ["id"]);
    const known = (await this.live.snapshot())?.silence(uuid)?.cluster;
    for (const cluster of known === undefined ? this.live.health.map(({ name }) => name) : [known]) {
      const silence = await this.live.ask(cluster, (client) => client.silence(uuid));
      if (silence === null) continue;
      const stored = new Silence({ cluster, silence });
      if (!(await this.silences.isVisible(caller, stored))) break;
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

  async #write(cluster: string, put: (client: AlertmanagerClient) => Promise<string>): Promise<SilenceOutcome> {
    try {
      const silence = await this.live.write(cluster, async (client) => client.silence(await put(client)));
      return { silence: silence && new Silence({ cluster, silence }), userErrors: [] };
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      return { silence: null, userErrors: [{ code: "INVALID", message: error.message, path: ["input"] }] };
    }
  }
}
