import { LessThan } from "typeorm";
import type { Database } from "../core/database/database.js";
import { TableReader } from "../core/database/table-reader.js";
import { BrakeRelease } from "./brake-release.js";

/** Confirmed deletions in the database, by their digests. */
export class BrakeReleaseRepository extends TableReader<BrakeRelease> {
  constructor(database: Database) {
    super(database, BrakeRelease);
  }

  /** Adds a confirmation in the place of an older one, and forgets those from before a time. */
  async put(release: BrakeRelease, forgetBefore: Date): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.delete(BrakeRelease, [{ id: release.id }, { releasedAt: LessThan(forgetBefore) }]);
      await manager.insert(BrakeRelease, release);
    });
  }
}
