import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, Columns } from "./columns.js";

/** Whether a Prometheus read a rule's expression when it was written; those that are there were read by none. */
export class RulesVerified1763900000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const verified = new Columns(runner).flag("verified_by_prometheus");
    for (const table of ["rule", "global_rule"]) await addColumn(runner, table, verified, "0");
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["rule", "global_rule"]) await runner.dropColumn(table, "verified_by_prometheus");
  }
}
