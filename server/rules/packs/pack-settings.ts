import { z } from "zod";

/** How the rules that come with the server are installed. */
export const rulePackSettings = z
  .strictObject({
    runbookUrl: z
      .string()
      .max(500)
      .regex(/^https?:\/\/\S+$/, "An http or https URL.")
      .refine((url) => url.includes("{alert}"), "`{alert}` has to stand where the alert's name is to stand.")
      .optional(),
  })
  .prefault({});
