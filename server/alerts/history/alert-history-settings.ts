import { z } from "zod";

/** How much of what fired and resolved is remembered. */
export const alertHistorySettings = z.strictObject({
  retentionDays: z.number().int().min(1).max(3_650).default(30),
  mostPerProjectAndDay: z.number().int().min(0).max(1_000_000).default(2_000),
});

/** The validated `alertHistory` section of the settings file. */
export type AlertHistorySettings = z.output<typeof alertHistorySettings>;
