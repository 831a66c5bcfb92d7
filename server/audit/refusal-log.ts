import type { Caller } from "../access/caller.js";
import type { Log } from "../core/log.js";
import { PerMinute } from "../core/per-minute.js";
import type { ChangeLog } from "./change-log.js";

/** A change that somebody asked for and did not get. */
export interface Refusal {
  /** What was asked for: the name of the mutation. */
  readonly mutation: string;
  /** The id of the object, or of the project for a new one, as the caller gave it; empty when it is no id. */
  readonly target: string;
  /** Codes and our own words, without anything that the caller gave. */
  readonly reason: string;
}

/** What the log of refusals takes from the world. */
export interface RefusalLogOptions {
  /** The project of an object that the caller may see; null for all else. */
  readonly projectOf: (caller: Caller, id: string) => Promise<string | null>;
  readonly now: () => Date;
  readonly log: Pick<Log, "warn">;
  /** Told of each refusal, and whether the change log holds it. */
  readonly onRefusal: (isRecorded: boolean) => void;
}

/** Of one principal within a minute; more would let whoever is refused fill the disk. */
const mostPerMinute = 30;

/** Writes refused changes into the change log: never an error, and no more than one principal may fill it with. */
export class RefusalLog {
  readonly #perMinute: PerMinute;

  constructor(
    private readonly changes: ChangeLog,
    private readonly options: RefusalLogOptions,
  ) {
    this.#perMinute = new PerMinute(options.now);
  }

  async record(caller: Caller, refusal: Refusal): Promise<void> {
    this.options.onRefusal(this.#isWithinBounds(caller) && (await this.#write(caller, refusal)));
  }

  /** Strangers write nothing at all into the database. */
  #isWithinBounds({ maybePrincipal, request: { requestId } }: Caller): boolean {
    if (maybePrincipal === null || maybePrincipal.kind === "ANONYMOUS") return false;
    const { id: actorId, name: actor } = maybePrincipal;
    const count = this.#perMinute.count(actorId);
    if (count === mostPerMinute + 1) {
      const message = `More than ${mostPerMinute} changes were refused within a minute; the rest of it is not recorded`;
      this.options.log.warn({ actorId, actor, requestId }, message);
    }
    return count <= mostPerMinute;
  }

  async #write(caller: Caller, { mutation, target, reason }: Refusal): Promise<boolean> {
    try {
      // An attempt on what the caller may not see belongs to no project: nobody is to learn from it that there is one.
      const projectId = target === "" ? null : await this.options.projectOf(caller, target);
      const act = {
        action: "REFUSED",
        entityType: mutation,
        entityId: target,
        projectId,
        before: null,
        after: null,
      } as const;
      await this.changes.note(caller, [{ ...act, reason }], null);
      return true;
    } catch (error) {
      this.options.log.warn({ err: error, requestId: caller.request.requestId }, "A refused change cannot be recorded");
      return false;
    }
  }
}
