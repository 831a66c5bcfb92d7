import { isDeepStrictEqual } from "node:util";
import type { Caller } from "../access/caller.js";
import { rightsKey } from "../access/rights-key.js";
import { AlertSnapshot, type HeldSilence } from "../alerts/alert-snapshot.js";
import type { EventFeed } from "../alerts/events/event-feed.js";
import type { Watched } from "../alerts/events/watched.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { type ProjectSight, sightOf } from "../alerts/project-sight.js";
import type { ProjectService } from "../projects/project-service.js";
import { Silence } from "./silence.js";
import type { SilenceEvent } from "./silence-event.js";
import type { SilenceFilter } from "./silence-input.js";
import { compileFilter, isVisible } from "./silence-service.js";

/** The arguments of the subscription. */
export interface SilenceEventsArguments {
  readonly filter?: SilenceFilter | null;
  readonly snapshot: boolean;
}

/** Tells callers what becomes of the silences that they may see, as it happens. */
export class SilenceEventService {
  /** @param server differs between servers, and between two runs of one */
  constructor(
    private readonly live: LiveAlerts,
    private readonly projects: ProjectService,
    private readonly feed: EventFeed<HeldSilence, SilenceEvent>,
    private readonly server: string,
  ) {
    live.onChange(({ silences }) => {
      feed.note(silences.flatMap(({ before, after }) => (after ?? before)?.silence.id ?? []));
    });
  }

  /** From a snapshot on, unless the caller wants none, until the caller hangs up. */
  async *events(caller: Caller, { filter, snapshot }: SilenceEventsArguments): AsyncGenerator<SilenceEvent, void> {
    caller.requireAnywhere("project.read");
    const sight = await sightOf(caller, this.projects);
    await this.live.snapshot();
    const key = JSON.stringify([rightsKey(caller.principal), [...(sight.names ?? [])].sort(), filter]);
    const { matching, request } = caller;
    const reading = { wantsSnapshot: snapshot, matching, signal: request.signal };
    yield* this.feed.read(key, this.#watched(sight, filter ?? {}), reading);
  }

  #watched(sight: ProjectSight, filter: SilenceFilter): Watched<HeldSilence> {
    const { live, server } = this;
    return {
      isKnown: () => live.current?.knows.silences ?? false,
      revision: () => `${server}.${live.current?.revision ?? 0}`,
      dependence: "itself",
      look: (matching) => {
        const snapshot = live.current ?? AlertSnapshot.nothing;
        const wanted = compileFilter(filter, matching);
        return {
          find: (id) => snapshot.silence(id),
          candidates: () => snapshot.silences,
          passes: (held) => {
            const silence = new Silence(held);
            return wanted(silence) && isVisible({ matching }, sight, silence);
          },
        };
      },
      keyOf: ({ silence }) => silence.id,
      isLike: isDeepStrictEqual,
      compare: (a, b) => b.silence.updatedAtMs - a.silence.updatedAtMs || (a.silence.id < b.silence.id ? 1 : -1),
    };
  }
}
