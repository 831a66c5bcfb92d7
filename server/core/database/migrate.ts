import type { DataSource } from "typeorm";
import { DatabaseError } from "./database-error.js";
import { withLock } from "./with-lock.js";

const lockWaitSeconds = 120;

/**
 * Runs the pending migrations; of several servers that start at once, one does it and the others wait. A database that
 * has migrations this program does not know was written by a newer one, and is left alone.
 */
export async function migrate(source: DataSource): Promise<void> {
  const run = async () => {
    await refuseNewerSchema(source);
    await source.runMigrations({ transaction: "all" });
    return true;
  };
  // On SQLite openDatabase holds a lock on the whole file.
  const isDone =
    source.options.type === "better-sqlite3" ? await run() : await withLock(source, "migrations", lockWaitSeconds, run);
  if (isDone === null) {
    throw new DatabaseError(`Another server has been migrating the database for over ${lockWaitSeconds} s.`);
  }
}

async function refuseNewerSchema(source: DataSource): Promise<void> {
  const runner = source.createQueryRunner();
  try {
    if (!(await runner.hasTable("migration"))) return;
    const applied: { name: string }[] = await runner.query("SELECT name FROM migration");
    const known = new Set(source.migrations.map((migration) => migration.name ?? migration.constructor.name));
    const unknown = applied.map((row) => row.name).filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new DatabaseError(
        `The database has a newer schema (${unknown.join(", ")}) than this program knows. Start the newer version, or restore a backup.`,
      );
    }
  } finally {
    // On SQLite every query runner is the one connection of its data source; releasing it is a no-op there.
    await runner.release();
  }
}
