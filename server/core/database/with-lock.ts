import { createHash } from "node:crypto";
import type { DataSource } from "typeorm";

/**
 * Runs `work` while this connection alone holds the lock of this name in its MariaDB database; resolves to null when
 * another one held it all of `waitSeconds`. In a Galera cluster each node has locks of its own.
 */
export async function withLock<T>(
  source: DataSource,
  name: string,
  waitSeconds: number,
  work: () => Promise<T>,
): Promise<T | null> {
  const runner = source.createQueryRunner();
  // Locks belong to the whole server, and their names are at most 64 characters long.
  const database = createHash("sha256").update(String(source.options.database)).digest("hex").slice(0, 16);
  const lock = `metricsinfra_${name}_${database}`;
  try {
    const rows: { taken: unknown }[] = await runner.query("SELECT GET_LOCK(?, ?) AS taken", [lock, waitSeconds]);
    if (Number(rows[0]?.taken) !== 1) return null;
    try {
      return await work();
    } finally {
      await runner.query("SELECT RELEASE_LOCK(?)", [lock]);
    }
  } finally {
    await runner.release();
  }
}
