import { z } from "zod";
import { checkDuration } from "../../core/duration.js";

const duration = z.string().superRefine((text, context) => {
  const problem = checkDuration(text, { least: "1m" });
  if (problem !== null) context.addIssue(problem);
});

/** How long acknowledgements last, and what keeps their alerts quiet. */
export const acknowledgementSettings = z.strictObject({
  defaultDuration: duration.optional(),
  longestDuration: duration.optional(),
  // Its extension must come well before its end, also from a server that has just taken over.
  silenceSeconds: z.number().int().min(5).max(86_400).default(900),
  alertmanagerWarmUpSeconds: z.number().int().min(0).max(86_400).default(300),
});

/** The validated `acknowledgements` section of the settings file. */
export type AcknowledgementSettings = z.output<typeof acknowledgementSettings>;
