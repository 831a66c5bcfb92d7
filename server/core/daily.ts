import { Repeated, type Rhythm } from "./repeated.js";

const hourMs = 3_600_000;

/** What a daily task takes from the world. */
export interface DailyOptions extends Pick<Rhythm, "onError"> {
  /** 0 to 1; so that servers that start together do not work together. */
  readonly random: () => number;
}

/** Runs a task once a day, for the first time within an hour of the start. */
export class Daily extends Repeated {
  constructor(task: (stopped: AbortSignal) => Promise<unknown>, { random, onError }: DailyOptions) {
    super(task, { firstMs: () => random() * hourMs, nextMs: () => (23 + 2 * random()) * hourMs, onError });
  }
}
