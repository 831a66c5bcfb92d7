import { z } from "zod";

/** How changes reach the agents. */
export const rolloutSettings = z.strictObject({
  canaries: z.array(z.string().min(1).max(100)).default([]),
  moves: z
    .strictObject({
      mostSettlingSeconds: z.number().int().min(0).max(2_592_000).default(86_400),
      stepSeconds: z.number().min(0.1).max(3_600).default(2),
    })
    .prefault({}),
});

/** The validated `rollout` section of the settings file. */
export type RolloutSettings = z.output<typeof rolloutSettings>;
