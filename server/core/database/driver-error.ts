import { QueryFailedError } from "typeorm";
import { AppError, UpstreamUnavailableError } from "../errors.js";

/** What a failed statement broke; `constraint` is MariaDB's index name or SQLite's `table.column[, table.column]`. */
export class UniqueViolation extends Error {
  override readonly name = "UniqueViolation";

  constructor(
    readonly constraint: string,
    cause: unknown,
  ) {
    super(`A unique index was violated: ${constraint}`, { cause });
  }
}

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly message?: string;
  readonly fatal?: boolean;
}

const connectionCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENOENT",
  "PROTOCOL_CONNECTION_LOST",
  "POOL_CLOSED",
  "ER_SERVER_SHUTDOWN",
  "ER_CON_COUNT_ERROR",
  "SQLITE_BUSY",
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_READONLY",
  "SQLITE_CANTOPEN",
]);

const mariadbDuplicate = 1062;
/** Deadlock, lock wait timeout, record changed since last read (MariaDB 11.6 and newer), Galera: node not ready. */
const mariadbTransient = new Set([1213, 1205, 1020, 1047]);

/** Whether the whole transaction may be run again as it is. */
export function isTransient(error: unknown): boolean {
  const errno = driverErrorOf(error)?.errno;
  return errno !== undefined && mariadbTransient.has(errno);
}

/** Access denied to the server, the database, the table. */
const mariadbDenied = new Set([1045, 1044, 1142]);

/** Whether the user of the connection lacks a right. */
export function isDenied(error: unknown): boolean {
  const errno = driverErrorOf(error)?.errno;
  return errno !== undefined && mariadbDenied.has(errno);
}

/** Turns what the drivers throw into UniqueViolation or UPSTREAM_UNAVAILABLE; everything else passes unchanged. */
export function wrapDriverError(error: unknown): unknown {
  if (error instanceof AppError || error instanceof UniqueViolation) return error;
  const driver = driverErrorOf(error);
  if (!driver) return error;
  if (driver.errno === mariadbDuplicate || /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(driver.code ?? "")) {
    return new UniqueViolation(constraintOf(driver.message ?? ""), error);
  }
  if (driver.code !== undefined && connectionCodes.has(driver.code)) {
    return new UpstreamUnavailableError("The database cannot be used right now. Try again in a moment.", {
      cause: error,
    });
  }
  return error;
}

function driverErrorOf(error: unknown): DriverError | undefined {
  if (error instanceof QueryFailedError) return error.driverError as DriverError;
  if (error instanceof Error && "code" in error) return error as DriverError;
  return undefined;
}

/** "Duplicate entry 'x' for key 'uq_project_name'" or "UNIQUE constraint failed: project.active_name". */
function constraintOf(message: string): string {
  return /for key '(?:[^']*\.)?([^']+)'/.exec(message)?.[1] ?? /constraint failed: (.+)$/.exec(message)?.[1] ?? message;
}
