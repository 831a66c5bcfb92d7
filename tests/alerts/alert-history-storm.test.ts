import { beforeAll, expect, it } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import type { TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { type Sql, sqlOn } from "../support/sql.js";
import { waitFor } from "../support/wait-for.js";
import { createProjects, firing, minuteMs, resolved, startHistoryApp, statesOf } from "./history-app.js";

const [alerts, projects, each] = [10_000, 20, 500];

describeOnEachDatabase((database) => {
  let alertmanager: Alertmanager;
  let app: TestApp;
  let sql: Sql;
  const beganMs = Date.now() - minuteMs;
  const labels = Array.from({ length: alerts }, (_, index) => ({
    alertname: "Storm",
    project: `p-${index % projects}`,
    instance: `host-${index}`,
  }));

  beforeAll(async () => {
    alertmanager = await startAlertmanager();
    app = await startHistoryApp(database.settings, [alertmanager]);
    sql = await sqlOn(database.settings);
    await createProjects(app, ...Array.from({ length: projects }, (_, index) => `p-${index}`));
    await alertmanager.postAlerts([firing({ alertname: "Calm", project: "p-0" }, beganMs)]);
    await statesOf(app, "Calm", ["FIRING"]);
  });

  const count = async (where: string) =>
    Number((await sql(`SELECT COUNT(*) AS count FROM alert_episode WHERE name = 'Storm' AND ${where}`))[0]?.count);
  /** The statements of the server until so many rows are as `where` says; nobody else asks it. */
  const statementsUntil = (where: string, work: () => Promise<unknown>) =>
    app.statementsOf(async () => {
      await work();
      await waitFor(async () => (await count(where)) === alerts, {
        what: `${alerts} where ${where}`,
        deadlineMs: 60_000,
      });
    }, "all");
  const inserts = (statements: readonly string[]) =>
    statements.filter((text) => /^INSERT INTO .alert_episode/.test(text));

  it("of 10,000 alerts takes a statement for each few hundred, none of them too large", {
    timeout: 120_000,
  }, async () => {
    const began = await statementsUntil("resolved_at IS NULL", () =>
      alertmanager.postAlerts(labels.map((one) => firing(one, beganMs))),
    );
    // A restart goes on with all of them.
    await app.close();
    app = await startHistoryApp(database.settings, [alertmanager]);
    const ended = await statementsUntil("resolved_at IS NOT NULL", () =>
      alertmanager.postAlerts(labels.map((one) => resolved(one, beganMs))),
    );
    for (const statements of [began, ended]) {
      // One for each 500, and for each time that the alerts were read while they came and went.
      expect(inserts(statements).length).toBeGreaterThanOrEqual(alerts / each);
      expect(inserts(statements).length).toBeLessThan((3 * alerts) / each);
      expect(statements.length).toBeLessThan((20 * alerts) / each);
      const parameters = inserts(statements).map((text) => text.match(/\?/g)?.length ?? 0);
      expect(Math.max(...parameters)).toBeLessThan(32_766);
    }
    const { project } = await app.data(
      app.operator,
      `{ project(name: "p-1") { alertHistoryCounts { names { name episodes firing } leftOut } } }`,
    );
    const names = [{ name: "Storm", episodes: alerts / projects, firing: 0 }];
    expect(project).toEqual({ alertHistoryCounts: { names, leftOut: 0 } });
    expect(await count("1 = 1")).toBe(alerts);
  });
});
