import { z } from "zod";
import { checkDuration } from "../core/duration.js";
import { BadUserInputError } from "../core/errors.js";
import { commentTest } from "./comment-test.js";

/** No silence lasts longer, whatever the settings say. */
export const longestOfAll = "366d";

const duration = z
  .string()
  .superRefine((text, context) => {
    const problem = checkDuration(text, { least: "1m", most: longestOfAll });
    if (problem !== null) context.addIssue(problem);
  })
  .default(longestOfAll);

const pattern = z
  .string()
  .min(1)
  .max(500)
  .superRefine((text, context) => {
    try {
      commentTest(text);
    } catch (error) {
      if (!(error instanceof BadUserInputError)) throw error;
      context.addIssue(error.message);
    }
  });

/** The section `silences`: what the operators want of those who write silences. */
export const silenceSettings = z
  .strictObject({
    longestDuration: z.strictObject({ MEMBER: duration, ADMIN: duration, OPERATOR: duration }).prefault({}),
    commentPattern: pattern.optional(),
    commentHint: z.string().min(1).max(500).optional(),
    leastMatchers: z.number().int().min(0).max(10).default(0),
    confirmAbove: z
      .strictObject({ alerts: z.number().int().min(0), projects: z.number().int().min(1).default(1) })
      .optional(),
  })
  .refine(({ commentPattern, commentHint }) => commentPattern !== undefined || commentHint === undefined, {
    path: ["commentHint"],
    message: "It is told where commentPattern does not match: give that too.",
  });

/** The validated section `silences` of the settings file. */
export type SilenceSettings = z.output<typeof silenceSettings>;
