import { In, LessThan, type QueryDeepPartialEntity } from "typeorm";
import type { Database } from "../core/database/database.js";
import { ofKeyOrParts } from "./audit-repository.js";
import { PendingWrite } from "./pending-write.js";

/** The writes that are under way, or whose outcome nobody has noted. */
export class PendingWriteRepository {
  constructor(private readonly database: Database) {}

  /** Throws UniqueViolation while another pending write of the actor has the key. */
  async add(rows: readonly PendingWrite[]): Promise<void> {
    await this.database.transaction((manager) =>
      manager.insert(PendingWrite, [...rows] as QueryDeepPartialEntity<PendingWrite>[]),
    );
  }

  /** Resolves to how many of them were still there. */
  async remove(rows: readonly PendingWrite[]): Promise<number> {
    const ids = rows.map(({ id }) => id);
    const { affected } = await this.database.transaction((manager) => manager.delete(PendingWrite, { id: In(ids) }));
    return affected ?? 0;
  }

  /** The oldest of those from before a time, at most so many. */
  findBefore(time: Date, most: number): Promise<PendingWrite[]> {
    const order = { at: "ASC", id: "ASC" } as const;
    return this.database.read((manager) =>
      manager.find(PendingWrite, { where: { at: LessThan(time) }, order, take: most }),
    );
  }

  /** The write that has the key, or a part of it. */
  findByIdempotencyKey(actorId: string, idempotencyKey: string): Promise<PendingWrite | null> {
    return this.database.read((manager) => manager.findOneBy(PendingWrite, ofKeyOrParts(actorId, idempotencyKey)));
  }
}
