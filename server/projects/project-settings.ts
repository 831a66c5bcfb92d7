import { z } from "zod";

/** For how long deleted projects can be brought back. */
export const projectSettings = z.strictObject({
  graceDays: z.number().int().min(1).max(3_650).default(30),
});

/** The validated `projects` section of the settings file. */
export type ProjectSettings = z.output<typeof projectSettings>;
