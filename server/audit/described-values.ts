import { z } from "zod";

/** Label names and values, and whatever else is a JSON object of strings. */
export const describedLabels = z.record(z.string(), z.string()).default({});

/** A text that may be absent. */
export const describedText = z.string().nullable().default(null);
