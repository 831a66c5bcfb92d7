import type { Client } from "@metricsinfra/sdk";
import Database from "better-sqlite3";
import { typeid } from "typeid-js";

const templateName = "bench-template";
const tables = ["project", "scrape_job", "rule", "contact_group"] as const;

type Row = Record<string, string | number | null>;

/** Creates one project as anybody would: a scrape job for each target, five rules and a default contact group. */
export async function createTemplate(client: Client, targets: number): Promise<void> {
  const { project } = await client.projects.create({ name: templateName, extraLabels: { team: "bench" } });
  for (let target = 1; target <= targets; target++) {
    await client.scrapeJobs.create({
      project: project.id,
      name: `job-${target}`,
      staticTargets: [{ host: `192.0.2.${target}`, port: 9100, labels: { role: "bench" } }],
    });
  }
  for (let rule = 1; rule <= 5; rule++) {
    await client.alertingRules.create({
      project: project.id,
      name: `Rule${rule}`,
      expr: `avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) * 100 < ${rule} and on (instance) up{job="job-1"} == 1`,
      for: "5m",
      labels: { area: "cpu" },
      annotations: { summary: "{{ $labels.instance }} is busy", runbook: "https://example.org/runbook" },
    });
  }
  await client.contactGroups.create({
    project: project.id,
    name: "admins",
    contacts: [{ type: "EMAIL", value: "admins@example.org" }],
    makeDefault: true,
  });
}

/**
 * Copies the template's rows until there are as many projects as asked for: 5,000 projects through the graph would take
 * longer than all that is measured. `targetsOf` says how many of the template's targets each gets.
 */
export function copyTemplate(file: string, projects: number, targetsOf: (index: number) => number): void {
  const database = new Database(file);
  const rows = new Map(tables.map((table) => [table, database.prepare(`SELECT * FROM "${table}"`).all() as Row[]]));
  const { value } = database.prepare("SELECT value FROM revision").get() as { value: number };
  const inserts = new Map(tables.map((table) => [table, insertInto(database, table, rows.get(table)?.[0] ?? {})]));
  database.transaction(() => {
    for (let index = 0; index < projects; index++) {
      const names = new Map([[templateName, projectName(index)]]);
      for (const row of [...rows.values()].flat()) names.set(String(row.id), freshId(String(row.id)));
      for (const table of tables) {
        const copied = rows.get(table) ?? [];
        const wanted = table === "scrape_job" ? copied.slice(0, targetsOf(index)) : copied;
        for (const row of wanted) inserts.get(table)?.run({ ...renamed(row, names), revision: value + index + 1 });
      }
    }
    for (const table of tables) for (const row of rows.get(table) ?? []) remove(database, table, String(row.id));
    database.prepare("UPDATE revision SET value = ?").run(value + projects);
  })();
  database.close();
}

/** Gives so many projects a rule that promtool refuses, below the server's checks. */
export function poison(file: string, projects: number): void {
  const database = new Database(file);
  const change = database.prepare("UPDATE rule SET for_duration = '1x', revision = @revision WHERE project_id = @id");
  const touch = database.prepare("UPDATE project SET revision = @revision WHERE id = @id");
  const idOf = database.prepare("SELECT id FROM project WHERE name = ?");
  database.transaction(() => {
    const { value } = database.prepare("SELECT value FROM revision").get() as { value: number };
    const revision = value + 1;
    for (let index = 0; index < projects; index++) {
      const { id } = idOf.get(projectName(index * 20 + 13)) as { id: string };
      change.run({ revision, id });
      touch.run({ revision, id });
    }
    database.prepare("UPDATE revision SET value = ?").run(revision);
  })();
  database.close();
}

/** The name of one of the copied projects. */
export function projectName(index: number): string {
  return `bench-${index}`;
}

function insertInto(database: Database.Database, table: string, row: Row): Database.Statement {
  const columns = Object.keys(row);
  return database.prepare(
    `INSERT INTO "${table}" (${columns.map((column) => `"${column}"`).join(", ")}) VALUES (${columns.map((column) => `@${column}`).join(", ")})`,
  );
}

function remove(database: Database.Database, table: string, id: string): void {
  database.prepare(`DELETE FROM "${table}" WHERE id = ?`).run(id);
}

function renamed(row: Row, names: ReadonlyMap<string, string>): Row {
  const replace = (text: string) => [...names].reduce((all, [before, after]) => all.replaceAll(before, after), text);
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, typeof value === "string" ? replace(value) : value]),
  );
}

function freshId(id: string): string {
  return typeid(id.slice(0, id.indexOf("_"))).toString();
}
