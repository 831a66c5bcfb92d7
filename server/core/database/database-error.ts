/** A database that cannot be opened; the message says which and why, and is all that a person needs. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
}
