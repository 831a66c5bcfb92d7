import { isDeepStrictEqual } from "node:util";
import type { Caller } from "../access/caller.js";
import { rightsKey } from "../access/rights-key.js";
import { AlertSnapshot, type HeldSilence } from "../alerts/alert-snapshot.js";
import type { EventFeed } from "../alerts/events/event-feed.js";
import type { Watched } from "../alerts/events/watched.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { type ProjectSight, sightOf } from "../alerts/project-sight.js";
import { BadUserInputError } from "../core/errors.js";
import type { ProjectService } from "../projects/project-service.js";
import { Silence } from "./silence.js";
import type { SilenceEvent } from "./silence-event.js";
import { compileSilenceFilter } from "./silence-filter.js";
import type { SilenceFilter } from "./silence-list-input.js";
import { isVisible } from "./silence-service.js";

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
    requireWatchable(filter ?? {});
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
        const wanted = compileSilenceFilter(filter, { matching, mayEdit: never, hitsNothing: never });
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

const never = () => false;

/** Whether these hold can change without the silence. */
function requireWatchable(filter: SilenceFilter): void {
  for (const field of ["hitsNothing", "viewerCanEdit"] as const) {
    if (filter[field] == null) continue;
    throw new BadUserInputError(`Silences cannot be watched by "filter.${field}". Leave it out.`, ["filter", field]);
  }
}
