import { z } from "zod";
import { repeatedPattern } from "./role-patterns.js";

const pattern = z
  .strictObject({
    group: z.string().min(1).max(255),
    role: z.enum(["VIEWER", "MEMBER", "ADMIN", "READER", "OPERATOR"]),
  })
  .refine(({ group }) => group.split("{name}").length <= 2, "A group holds {name} at most once.")
  .refine(
    ({ group, role }) => !group.includes("{name}") || (role !== "READER" && role !== "OPERATOR"),
    "A role over all projects is not given by the group of one project: leave {name} out.",
  );

/** The setting `access.groups`: see `RolePatterns`. */
export const groupSettings = z
  .array(pattern)
  .superRefine((patterns, context) => {
    const repeated = repeatedPattern(patterns);
    if (repeated === null) return;
    context.addIssue({ code: "custom", message: `"${repeated}" stands twice; only the first would ever count.` });
  })
  .default([]);
