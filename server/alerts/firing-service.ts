import { BadUserInputError } from "../core/errors.js";
import type { Alert } from "./alert.js";
import type { FiringHistory } from "./firing-history.js";
import type { FiringHour } from "./firing-hour.js";

const mostHours = 48;

/** The past of alerts; whoever has an alert may see it. */
export class FiringService {
  constructor(private readonly history: FiringHistory) {}

  /** The last hours of an alert that the caller sees, the oldest first; null when no Prometheus answers that knows it. */
  async hoursOf(alert: Alert, hours: number): Promise<readonly FiringHour[] | null> {
    if (hours < 1 || hours > mostHours) {
      throw new BadUserInputError(`"hours" must be between 1 and ${mostHours}.`, ["hours"]);
    }
    return this.history.hoursOf(alert, hours);
  }
}
