import type { z } from "zod";
import type { UserErrors } from "../graph/user-error.js";
import type { Description } from "./change.js";

/**
 * The values in a description that may be old: what was not recorded then has its default, and what is no longer known
 * is left out. Null, and a mistake for each value, when something in it means nothing any more.
 */
export function readDescription<S extends z.ZodType>(
  shape: S,
  description: Description,
  errors: UserErrors,
): z.output<S> | null {
  const read = shape.safeParse(description);
  if (read.success) return read.data;
  for (const { path } of read.error.issues) {
    errors.add("INVALID", "It was recorded in a form that cannot be read any more.", ["input", ...path.map(String)]);
  }
  return null;
}
