import type { Caller } from "../access/caller.js";
import { rightsKey } from "../access/rights-key.js";
import type { ProjectService } from "../projects/project-service.js";
import type { Alert } from "./alert.js";
import type { AlertEvent } from "./alert-event.js";
import { compileAlertFilter } from "./alert-filter.js";
import { newestFirst } from "./alert-index.js";
import type { AlertFilter } from "./alert-input.js";
import { AlertSnapshot } from "./alert-snapshot.js";
import type { EventFeed } from "./events/event-feed.js";
import type { Watched } from "./events/watched.js";
import type { LiveAlerts } from "./live-alerts.js";
import { type ProjectSight, sightOf } from "./project-sight.js";

/** The arguments of the subscription. */
export interface AlertEventsArguments {
  readonly filter?: AlertFilter | null;
  readonly snapshot: boolean;
}

/** Tells callers what becomes of the alerts that they may see, as it happens. */
export class AlertEventService {
  constructor(
    private readonly live: LiveAlerts,
    private readonly projects: ProjectService,
    private readonly feed: EventFeed<Alert, AlertEvent>,
  ) {
    live.onChange(({ alerts }) => {
      feed.note(alerts.flatMap(({ before, after }) => (after ?? before)?.fingerprint ?? []));
    });
  }

  /** From a snapshot on, unless the caller wants none, until the caller hangs up. */
  async *events(caller: Caller, { filter, snapshot }: AlertEventsArguments): AsyncGenerator<AlertEvent, void> {
    caller.requireAnywhere("project.read");
    const sight = await sightOf(caller, this.projects);
    await this.live.snapshot();
    const key = JSON.stringify([rightsKey(caller.principal), [...(sight.names ?? [])].sort(), filter]);
    const { matching, request } = caller;
    const reading = { wantsSnapshot: snapshot, matching, signal: request.signal };
    yield* this.feed.read(key, this.#watched(sight, filter ?? {}), reading);
  }

  #watched({ names, sees }: ProjectSight, filter: AlertFilter): Watched<Alert> {
    const { live } = this;
    return {
      revision: () => (live.current?.knows.alerts ? live.current.revision : null),
      look: (matching) => {
        const snapshot = live.current ?? AlertSnapshot.nothing;
        const accepts = compileAlertFilter(filter, matching);
        return {
          find: (fingerprint) => snapshot.alert(fingerprint),
          candidates: () =>
            names === null ? snapshot.alerts : [...names].flatMap((name) => snapshot.alertsOfProject(name)),
          passes: (alert) => sees(alert.projectName) && accepts(alert),
        };
      },
      keyOf: ({ fingerprint }) => fingerprint,
      isLike: (a, b) => a === b || a.isLike(b),
      compare: newestFirst,
    };
  }
}
