import type { EntityTarget, ObjectLiteral, QueryDeepPartialEntity } from "typeorm";
import { groupBy } from "../loaders.js";
import { batches } from "./batches.js";
import { StaleVersion, type Stored } from "./stored.js";
import { TableReader } from "./table-reader.js";

/** Reads and writes one kind of stored noun; writes happen inside the transaction that the change log opens. */
export class StoredRepository<T extends Stored & ObjectLiteral> extends TableReader<T> {
  /** Writes a new row, inside the caller's transaction. */
  async insert(entity: T): Promise<void> {
    await this.insertAll([entity]);
  }

  /** Writes new rows, many with each statement, inside the caller's transaction. */
  async insertAll(entities: readonly T[]): Promise<void> {
    // Of a table with several classes TypeORM takes the one that it is told, and not that of the object.
    const byClass = groupBy(entities, (entity) => entity.constructor as EntityTarget<T>);
    await this.database.transaction(async (manager) => {
      for (const [entity, rows] of byClass) {
        for (const batch of batches(rows)) await manager.insert(entity, batch as QueryDeepPartialEntity<T>[]);
      }
    });
  }

  /** Replaces the row that still has `version`; throws StaleVersion when it changed meanwhile. Inside the caller's transaction. */
  async replace(entity: Partial<T> & Pick<T, "id">, version: number): Promise<void> {
    await this.database.transaction(async (manager) => {
      const result = await manager
        .createQueryBuilder()
        .update(this.entity)
        .set(entity as QueryDeepPartialEntity<T>)
        .where("id = :id AND version = :version", { id: entity.id, version })
        .execute();
      if (result.affected !== 1) throw new StaleVersion();
    });
  }

  /** Deletes the row that still has `version`; throws StaleVersion when it changed meanwhile. Inside the caller's transaction. */
  async remove(id: string, version: number): Promise<void> {
    await this.database.transaction(async (manager) => {
      const result = await manager
        .createQueryBuilder()
        .delete()
        .from(this.entity)
        .where("id = :id AND version = :version", { id, version })
        .execute();
      if (result.affected !== 1) throw new StaleVersion();
    });
  }
}
