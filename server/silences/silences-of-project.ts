import { Caller } from "../access/caller.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { Act } from "../audit/change.js";
import type { Log } from "../core/log.js";
import type { Project } from "../projects/project.js";
import type { ProjectContents } from "../projects/project-contents.js";
import { Silence } from "./silence.js";
import type { SilenceBulkWriter } from "./silence-bulk-writer.js";
import type { SilencesOfAcknowledgements } from "./silence-limits.js";
import { projectOf } from "./silence-scope.js";

const atOnce = 100;
const nothing: readonly Act[] = [];

/**
 * Ends the silences of a project that is deleted, in the name of who deletes it: else they would mute the alerts of the next
 * project of that name, whose members would read what the ones before them wrote.
 */
export class SilencesOfProject implements ProjectContents {
  constructor(
    private readonly live: LiveAlerts,
    private readonly writer: SilenceBulkWriter,
    /** Ends its own by itself. */
    private readonly acknowledgements: Pick<SilencesOfAcknowledgements, "ofProject">,
    private readonly log: Pick<Log, "warn">,
  ) {}

  /** Nothing of them is in the database. */
  async removeOf(): Promise<readonly Act[]> {
    return nothing;
  }

  async afterRemoval(deleter: Caller, { id, name }: Project): Promise<void> {
    const managed = await this.acknowledgements.ofProject(id).catch(() => new Set());
    const held = this.live.current?.silences ?? [];
    const left = held.filter(
      ({ silence }) => silence.state !== "EXPIRED" && projectOf(silence.matchers) === name && !managed.has(silence.id),
    );
    const ids = left.map((one) => new Silence(one).id);
    // The deletion is done by now: it is nobody's to break off, and its key is used.
    const request = { ...deleter.request, signal: new AbortController().signal, idempotency: null };
    let ended = 0;
    for (let at = 0; at < ids.length; at += atOnce) {
      const caller = new Caller(deleter.principal, request);
      const { results } = await this.writer
        .expire(caller, { ids: ids.slice(at, at + atOnce) })
        .catch(() => ({ results: [] }));
      ended += results.filter(({ userErrors }) => userErrors.length === 0).length;
    }
    if (ended < ids.length) {
      const about = { project: name, silences: ids.length - ended };
      this.log.warn(about, "Silences of a deleted project could not be ended: expire them, or they end in their time");
    }
  }
}
