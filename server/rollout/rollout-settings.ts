import { z } from "zod";

/** How changes reach the agents. */
export const rolloutSettings = z.strictObject({
  canaries: z.array(z.string().min(1).max(100)).default([]),
});

/** The validated `rollout` section of the settings file. */
export type RolloutSettings = z.output<typeof rolloutSettings>;
