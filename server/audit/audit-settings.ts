import { z } from "zod";

/** How long the change log remembers. */
export const auditSettings = z.strictObject({
  // A repeat with the same Idempotency-Key is known by its entry: so a day at the least.
  retentionDays: z.number().int().min(0).max(36_500).default(400),
});

/** The validated `audit` section of the settings file. */
export type AuditSettings = z.output<typeof auditSettings>;
