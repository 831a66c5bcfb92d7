import type { Caller } from "../access/caller.js";
import type { Watchdog } from "./watchdog.js";
import type { Watchdogs } from "./watchdogs.js";

/** Tells everybody who reads anything whether alerts arrive: a board without any must not seem to be good news. */
export class WatchdogService {
  constructor(private readonly watchdogs: Watchdogs) {}

  async list(caller: Caller): Promise<readonly Watchdog[]> {
    caller.requireAnywhere("project.read");
    return this.watchdogs.look();
  }
}
