import { DatabaseError } from "./database-error.js";
import { isDenied } from "./driver-error.js";

/** Runs `work`; when MariaDB says that its user lacks a right, the error says which, and what to do about it. */
export async function withRights<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && isDenied(error))) throw error;
    const advice =
      "Give the right, or name somebody who has it under database.maintenance; see server/database-grants.sql.";
    throw new DatabaseError(`${error.message}. ${advice}`, { cause: error });
  }
}
