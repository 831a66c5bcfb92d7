import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, Columns, nullable } from "./columns.js";

/** How scrapes say who they are. */
export class ScrapeCredentials1763900000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await addColumn(runner, "scrape_job", nullable(c.json("credentials")));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn("scrape_job", "credentials");
  }
}
