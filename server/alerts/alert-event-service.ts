import { isDeepStrictEqual } from "node:util";
import type { Caller } from "../access/caller.js";
import { rightsKey } from "../access/rights-key.js";
import type { ProjectService } from "../projects/project-service.js";
import type { AcknowledgedAlerts } from "./acknowledged-alerts.js";
import { AcknowledgedChanges } from "./acknowledged-changes.js";
import type { Alert } from "./alert.js";
import type { AlertEvent } from "./alert-event.js";
import { compileAlertFilter, dependenceOf } from "./alert-filter.js";
import { newestFirst } from "./alert-index.js";
import type { AlertFilter } from "./alert-input.js";
import { scopeOfSight } from "./alert-scope.js";
import type { AlertSelector } from "./alert-selector.js";
import { AlertSnapshot } from "./alert-snapshot.js";
import type { EventFeed } from "./events/event-feed.js";
import type { Watched } from "./events/watched.js";
import { honestFilter } from "./honest-filter.js";
import type { LiveAlerts } from "./live-alerts.js";
import { type ProjectSight, sightOf } from "./project-sight.js";

/** The arguments of the subscription. */
export interface AlertEventsArguments {
  readonly filter?: AlertFilter | null;
  readonly snapshot: boolean;
}

/** What the service works with. */
export interface AlertEventsParts {
  readonly live: LiveAlerts;
  readonly projects: ProjectService;
  readonly feed: EventFeed<Alert, AlertEvent>;
  readonly selector: Pick<AlertSelector, "revisionOf">;
  readonly acknowledgements: AcknowledgedAlerts;
  readonly now: () => Date;
}

/** Tells callers what becomes of the alerts that they may see, as it happens. */
export class AlertEventService {
  constructor(private readonly parts: AlertEventsParts) {
    const { live, feed, acknowledgements } = parts;
    const acknowledged = new AcknowledgedChanges(acknowledgements);
    live.onChange(({ alerts }) => {
      acknowledged.follow(alerts);
      feed.note(alerts.flatMap(({ before, after }) => (after ?? before)?.fingerprint ?? []));
    });
    acknowledgements.onChange(() => feed.note(acknowledged.among(live.current?.alerts ?? [])));
  }

  /** From a snapshot on, unless the caller wants none, until the caller hangs up. */
  async *events(caller: Caller, { filter, snapshot }: AlertEventsArguments): AsyncGenerator<AlertEvent, void> {
    caller.requireAnywhere("project.read");
    const sight = await sightOf(caller, this.parts.projects);
    await this.parts.live.snapshot();
    const key = JSON.stringify([rightsKey(caller.principal), [...(sight.names ?? [])].sort(), filter]);
    const { matching, request } = caller;
    const reading = { wantsSnapshot: snapshot, matching, signal: request.signal };
    yield* this.parts.feed.read(key, this.#watched(sight, filter ?? {}), reading);
  }

  #watched(sight: ProjectSight, filter: AlertFilter): Watched<Alert> {
    const scope = scopeOfSight(sight);
    const { live, selector, acknowledgements, now } = this.parts;
    const current = () => live.current ?? AlertSnapshot.nothing;
    return {
      isKnown: () => current().knows.alerts,
      revision: () => selector.revisionOf(current()),
      dependence: dependenceOf(filter),
      look: (matching) => {
        const snapshot = current();
        const context = { matching, nowMs: now().getTime(), snapshot, acknowledgements };
        const { accepts } = compileAlertFilter(honestFilter(filter, snapshot, sight), context);
        return {
          find: (fingerprint) => snapshot.alert(fingerprint),
          candidates: () => scope.alerts(snapshot),
          passes: (alert) => scope.holds(alert) && accepts(alert),
        };
      },
      keyOf: ({ fingerprint }) => fingerprint,
      isLike: (a, b) => a.isLike(b) && isDeepStrictEqual(a.inhibitors, b.inhibitors),
      compare: newestFirst,
    };
  }
}
