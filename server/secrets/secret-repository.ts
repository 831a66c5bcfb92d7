import { In, LessThan, MoreThan, Not } from "typeorm";
import { batches } from "../core/database/batches.js";
import type { Database } from "../core/database/database.js";
import { TableReader } from "../core/database/table-reader.js";
import { Secret } from "./secret.js";

/** A secret as it was read, and encrypted anew. */
export type Reencryption = readonly [before: Secret, after: Pick<Secret, "keyId" | "ciphertext">];

/** How far a walk over the table has come: the last id that it has seen, and how many rows it takes at a time. */
export interface Step {
  readonly afterId: string;
  readonly most: number;
}

/** Encrypted secrets in the database. */
export class SecretRepository extends TableReader<Secret> {
  constructor(database: Database) {
    super(database, Secret);
  }

  /** Writes new rows, inside the caller's transaction. */
  async insert(secrets: readonly Secret[]): Promise<void> {
    await this.database.transaction((manager) => manager.insert(Secret, [...secrets]));
  }

  /** The next secrets that are encrypted with another key. */
  notUnder(keyId: string, { afterId, most }: Step): Promise<Secret[]> {
    const where = { keyId: Not(keyId), id: MoreThan(afterId) };
    return this.database.read((manager) => manager.find(Secret, { where, order: { id: "ASC" }, take: most }));
  }

  /** The next secrets that were stored before a time. */
  storedBefore(time: Date, { afterId, most }: Step): Promise<Secret[]> {
    const where = { createdAt: LessThan(time), id: MoreThan(afterId) };
    return this.database.read((manager) => manager.find(Secret, { where, order: { id: "ASC" }, take: most }));
  }

  /** Replaces those that are still as they were read, in one transaction; resolves to their number. */
  async reencrypt(changes: readonly Reencryption[]): Promise<number> {
    return this.database.transaction(async (manager) => {
      let replaced = 0;
      for (const [{ id, keyId, ciphertext }, after] of changes) {
        replaced += (await manager.update(Secret, { id, keyId, ciphertext }, after)).affected ?? 0;
      }
      return replaced;
    });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.database.transaction((manager) => manager.delete(Secret, { id: In([...ids]) }));
  }

  /** Removes all secrets of these objects, inside the caller's transaction; resolves to their number. */
  async removeOf(entityIds: readonly string[]): Promise<number> {
    let removed = 0;
    for (const objects of batches(entityIds.map((entityId) => ({ entityId })))) {
      const where = { entityId: In(objects.map(({ entityId }) => entityId)) };
      await this.database.transaction(async (manager) => {
        removed += (await manager.delete(Secret, where)).affected ?? 0;
      });
    }
    return removed;
  }

  /** How many secrets are encrypted with each key. */
  async countByKey(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(Secret, "row")
        .select("row.keyId", "keyId")
        .addSelect("COUNT(*)", "count")
        .groupBy("row.keyId")
        .orderBy("row.keyId")
        .getRawMany<{ keyId: string; count: string | number }>(),
    );
    return new Map(rows.map(({ keyId, count }) => [keyId, Number(count)]));
  }
}
