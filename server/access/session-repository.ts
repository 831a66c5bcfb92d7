import { LessThanOrEqual, type QueryDeepPartialEntity } from "typeorm";
import type { Database } from "../core/database/database.js";
import { Session } from "./session.js";

/** How stale `lastSeenAt` may be: one write a minute per session, not one per request. */
const lastSeenResolutionMs = 60_000;

/** The sessions of browsers in the database. */
export class SessionRepository {
  constructor(private readonly database: Database) {}

  findByHash(hash: string): Promise<Session | null> {
    return this.database.read((manager) => manager.findOneBy(Session, { hash }));
  }

  /** Adds a session in the place of the browser's earlier one, and runs `record` in the same transaction. */
  async add(session: Session, earlierHash: string | null, record: () => Promise<void>): Promise<void> {
    await this.database.transaction(async (manager) => {
      if (earlierHash !== null) await manager.delete(Session, { hash: earlierHash });
      await manager.insert(Session, session as QueryDeepPartialEntity<Session>);
      await record();
    });
  }

  /** Removes a session and runs `record` in the same transaction; without it, when the session is gone already. */
  async remove({ id }: Session, record: () => Promise<void>): Promise<void> {
    await this.database.transaction(async (manager) => {
      const { affected } = await manager.delete(Session, { id });
      if (affected === 1) await record();
    });
  }

  async removeExpired(now: Date): Promise<void> {
    await this.database.transaction((manager) => manager.delete(Session, { expiresAt: LessThanOrEqual(now) }));
  }

  /** Notes that somebody is there; writes at most once a minute for each session. */
  async touch({ id, lastSeenAt }: Session, seenAt: Date): Promise<void> {
    if (seenAt.getTime() - lastSeenAt.getTime() < lastSeenResolutionMs) return;
    await this.database.transaction((manager) => manager.update(Session, { id }, { lastSeenAt: seenAt }));
  }
}
