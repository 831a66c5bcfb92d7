import type { RequestFacts } from "../access/caller.js";
import type { Log } from "../core/log.js";
import { PerMinute } from "../core/per-minute.js";

/** Of all strangers together: who knocks without a name must not fill the disk with the log of it. */
const mostLinesPerMinute = 30;

/** Notes requests that prove nothing about who makes them: in the log, as far as that stays readable, and as a number. */
export function strangerLog(log: Pick<Log, "info">, now: () => Date, onStranger: () => void) {
  const perMinute = new PerMinute(now);
  return ({ requestId, source }: RequestFacts): void => {
    onStranger();
    const count = perMinute.count("all");
    if (count <= mostLinesPerMinute) log.info({ requestId, source }, "A request without valid credentials");
    if (count === mostLinesPerMinute)
      log.info("Further requests of this minute without valid credentials are not logged");
  };
}
