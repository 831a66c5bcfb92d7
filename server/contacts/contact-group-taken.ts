import type { UserError } from "../graph/user-error.js";

/** The mistake to tell when the project has a contact group of this name. */
export const contactGroupTaken: UserError = {
  code: "TAKEN",
  message: "The project has a contact group with this name already.",
  path: ["input", "name"],
};
