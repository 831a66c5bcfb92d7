import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { type Sql, sqlOn } from "../support/sql.js";

const list = `query ($filter: AlertHistoryFilter, $after: String) {
  alertHistory(filter: $filter, first: 50, after: $after) { nodes { id } pageInfo { endCursor } } }`;
const ofProject = `query ($filter: AlertHistoryFilter, $after: String) {
  project(name: "large") { alertHistory(filter: $filter, first: 50, after: $after) { nodes { id } pageInfo { endCursor } } } }`;

/** Tens of thousands. */
const tens = 2;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;
  let project: string;
  let agent: string;

  beforeAll(async () => {
    app = await startApp(database.settings);
    sql = await sqlOn(database.settings);
    const mutation = `mutation { projectCreate(input: { name: "large" }) { project { id } } }`;
    project = (await app.data(app.operator, mutation)).projectCreate.project.id;
    agent = await app.token("AGENT");
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => `SELECT ${n} AS n`).join(" UNION ALL ");
    const digits = ["a", "b", "c", "d"].map((name) => `(${numbers(10)}) ${name}`).join(", ");
    const at = (seconds: string) =>
      database.type === "sqlite"
        ? `strftime('%Y-%m-%d %H:%M:%f', unixepoch('2025-01-01') + ${seconds}, 'unixepoch')`
        : `TIMESTAMPADD(SECOND, ${seconds}, '2025-01-01')`;
    await sql(
      `INSERT INTO alert_episode (id, fingerprint, project_id, name, severity, labels, annotations, clusters, starts_at, first_seen_at, resolved_at, suppressed_seconds, state_changes)
       SELECT CONCAT('alh_', 1000000 + i), CONCAT('f', i % 500), CASE WHEN i % 100 = 0 THEN ? ELSE CONCAT('prj_', i % 100) END,
         CONCAT('Alert', i % 70), 'page', '{}', '{}', '["main"]', ${at("i")}, ${at("i")},
         CASE WHEN i % 7 = 0 THEN NULL ELSE ${at("i + 300")} END, 0, '[]'
       FROM (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS i FROM (${numbers(tens)}) e, ${digits}) numbers
       ORDER BY i`,
      [project],
    );
    if (database.type === "mariadb") await sql("ANALYZE TABLE alert_episode");
  });

  const stored = (time: Date) =>
    database.type === "sqlite" ? time.toISOString().replace("T", " ").slice(0, -1) : time;
  /** How the database reads the page that the server asks it for. */
  const planOf = async (query: string, variables: object, parameters: readonly unknown[], token = app.operator) => {
    const statements = await app.statementsOf(() => app.data(token, query, variables));
    const [statement, ...others] = statements.filter((text) => /FROM .alert_episode/.test(text));
    expect([others, statement?.match(/\?/g)?.length ?? 0]).toEqual([[], parameters.length]);
    const plan = await sql(`EXPLAIN ${database.type === "sqlite" ? "QUERY PLAN " : ""}${statement}`, parameters);
    return plan.map((step) => step.detail ?? `${step.type} ${step.key} ${step.Extra}`).join("; ");
  };

  it("is read page by page along an index, and nothing is sorted", async () => {
    const middle = new Date(Date.UTC(2025, 0, 1, 0, 0, 5_000 * tens));
    const positionIn = (cursor: string) => {
      const [, at, id] = JSON.parse(Buffer.from(cursor, "base64url").toString().slice(11));
      return [stored(new Date(at)), stored(new Date(at)), id];
    };
    const allAfter = (await app.data(app.operator, list)).alertHistory.pageInfo.endCursor;
    const after = (await app.data(app.operator, ofProject)).project.alertHistory.pageInfo.endCursor;
    const since = { filter: { since: middle } };
    const plans = {
      starts: [
        await planOf(list, {}, []),
        await planOf(list, {}, [], agent),
        await planOf(list, { filter: { until: middle } }, [stored(middle)]),
        await planOf(list, since, [stored(middle)]),
        await planOf(list, { after: allAfter }, positionIn(allAfter)),
      ],
      project: [
        await planOf(ofProject, {}, [project]),
        await planOf(ofProject, since, [project, stored(middle)]),
        await planOf(ofProject, { after }, [project, ...positionIn(after)]),
      ],
      project_name: [await planOf(ofProject, { filter: { names: ["Alert0"] } }, [project, "Alert0"])],
      project_resolved: [await planOf(ofProject, { filter: { states: ["FIRING"] } }, [project])],
    };
    const wrong = Object.entries(plans).flatMap(([index, ofIndex]) => {
      const name = new RegExp(`ix_alert_episode_${index}( |;|$)`);
      return ofIndex.filter((plan) => !name.test(plan) || /filesort|temporary|TEMP B-TREE/i.test(plan));
    });
    expect(wrong).toEqual([]);
  });
});
