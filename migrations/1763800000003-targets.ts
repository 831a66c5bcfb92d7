import type { MigrationInterface, QueryRunner } from "typeorm";
import { Columns, createTable, nullable, unique } from "./columns.js";

/** Scrape jobs. */
export class Targets1763800000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = new Columns(runner);
    await createTable(
      runner,
      "scrape_job",
      [
        ...c.stored(),
        c.text("project_id", 40),
        c.text("name", 100),
        c.flag("enabled"),
        c.text("scheme", 5),
        c.text("metrics_path", 1_024),
        c.json("params"),
        nullable(c.text("scrape_interval", 40)),
        nullable(c.text("scrape_timeout", 40)),
        c.json("static_targets"),
        nullable(c.json("openstack_discovery")),
        nullable(c.json("probe")),
      ],
      [unique("uq_scrape_job_name", "project_id", "name")],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("scrape_job");
  }
}
