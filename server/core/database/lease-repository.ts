import type { Database } from "./database.js";
import { UniqueViolation } from "./driver-error.js";
import { LeaseRow } from "./lease-row.js";

/** Leases in the database. All times are by its clock: those of the servers may differ. */
export class LeaseRepository {
  constructor(private readonly database: Database) {}

  /** Takes a lease that is free or has expired, or renews one's own: answers its term, null while another has it. */
  async take(name: string, holder: string, durationMs: number): Promise<number | null> {
    const [now, end] = [this.database.timeIn(0), this.database.timeIn(durationMs)];
    const isOwn = `holder = :holder AND expires_at > ${now}`;
    const { affected } = await this.database.statement((manager) =>
      manager
        .createQueryBuilder()
        .update(LeaseRow)
        // MariaDB sets one after the other, so what is asked of comes before what changes it.
        .set({ term: () => `CASE WHEN ${isOwn} THEN term ELSE term + 1 END`, holder, expiresAt: () => end })
        .where(`name = :name AND (holder = :holder OR expires_at <= ${now})`, { name, holder })
        .execute(),
    );
    const row = await this.database.read((manager) => manager.findOneBy(LeaseRow, { name }));
    if (row === null) return this.#first(name, holder, end);
    return affected === 1 && row.holder === holder ? row.term : null;
  }

  /** Renews a lease that has not expired; false when it has, or was taken since. In a transaction, nobody takes it before that ends. */
  async renew(name: string, holder: string, term: number, durationMs: number): Promise<boolean> {
    const { affected } = await this.database.statement((manager) =>
      manager
        .createQueryBuilder()
        .update(LeaseRow)
        .set({ expiresAt: () => this.database.timeIn(durationMs) })
        .where(`name = :name AND holder = :holder AND term = :term AND expires_at > ${this.database.timeIn(0)}`, {
          ...{ name, holder, term },
        })
        .execute(),
    );
    return affected === 1;
  }

  /** Lets others have it at once. */
  async release(name: string, holder: string): Promise<void> {
    await this.database.statement((manager) =>
      manager
        .createQueryBuilder()
        .update(LeaseRow)
        .set({ expiresAt: () => this.database.timeIn(0) })
        .where(`name = :name AND holder = :holder AND expires_at > ${this.database.timeIn(0)}`, { name, holder })
        .execute(),
    );
  }

  /** Takes the one that nobody ever had. */
  async #first(name: string, holder: string, end: string): Promise<number | null> {
    try {
      await this.database.statement((manager) =>
        manager.insert(LeaseRow, { name, holder, term: 1, expiresAt: () => end }),
      );
      return 1;
    } catch (error) {
      // Another one was the first.
      if (error instanceof UniqueViolation) return null;
      throw error;
    }
  }
}
