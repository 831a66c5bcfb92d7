import type { EventFacts } from "../../graph/event.js";
import type { LiveAlerts } from "../live-alerts.js";
import type { Told } from "./watched.js";

/** What an event says of itself; `server` names this run of this server, since each numbers its revisions for itself. */
export function factsOf(
  { kind, isFirst, isLast, revision }: Told<unknown>,
  { lastSyncAt }: Pick<LiveAlerts, "lastSyncAt">,
  server: string,
): EventFacts {
  return { kind, isFirst, isLast, revision: `${server}.${revision ?? 0}`, lastSyncAt };
}
