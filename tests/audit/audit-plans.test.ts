import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { type Sql, sqlOn } from "../support/sql.js";

const list = `query ($filter: AuditEntryFilter, $first: Int! = 50, $after: String) {
  auditEntries(filter: $filter, first: $first, after: $after) { nodes { id } pageInfo { endCursor } }
}`;

/** Tens of thousands: more make the plans no other (seen with 100,000), and the test slow. */
const tens = 2;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let sql: Sql;
  let project: string;
  let member: string;
  beforeAll(async () => {
    app = await startApp(database.settings);
    sql = await sqlOn(database.settings);
    const mutation = `mutation { projectCreate(input: { name: "large" }) { project { id } } }`;
    project = (await app.data(app.operator, mutation)).projectCreate.project.id;
    member = await app.token({ [project]: "VIEWER" });
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => `SELECT ${n} AS n`).join(" UNION ALL ");
    const digits = ["a", "b", "c", "d"].map((name) => `(${numbers(10)}) ${name}`).join(", ");
    const at =
      database.type === "sqlite"
        ? "strftime('%Y-%m-%d %H:%M:%f', unixepoch('2025-01-01') + i, 'unixepoch')"
        : "TIMESTAMPADD(SECOND, i, '2025-01-01')";
    const every = (step: number, rare: string, common: string) =>
      `CASE WHEN i % ${step} = 0 THEN ${rare} ELSE ${common} END`;
    await sql(
      `INSERT INTO audit_entry (id, revision, at, actor_id, actor, actor_kind, request_id, project_id, action, entity_type, entity_id, reason)
       SELECT CONCAT('aud_', 1000000 + i), i, ${at}, 'tok', ${every(1_500, "'ann'", "'bot'")}, ${every(1_600, "'OIDC'", "'API_TOKEN'")}, 'r',
         ${every(100, "?", "CONCAT('prj_', i % 100)")}, ${every(1_000, "'REFUSED'", "'UPDATE'")},
         ${every(1_400, "'GlobalRule'", "'ScrapeJob'")}, CONCAT('job_', i % 2000), ${every(1_000, "'FORBIDDEN'", "NULL")}
       FROM (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS i FROM (${numbers(tens)}) e, ${digits}) numbers
       ORDER BY i`,
      [project],
    );
    if (database.type === "mariadb") await sql("ANALYZE TABLE audit_entry");
  });

  const stored = (time: Date) =>
    database.type === "sqlite" ? time.toISOString().replace("T", " ").slice(0, -1) : time;
  /** How the database reads what the server asks it for this filter. */
  const planOf = async (token: string, filter: object, parameters: readonly unknown[], after?: string) => {
    const statements = await app.statementsOf(() => app.data(token, list, { filter, after }));
    const [statement, ...others] = statements.filter((text) => /FROM .audit_entry/.test(text));
    expect([others, statement?.match(/\?/g)?.length ?? 0]).toEqual([[], parameters.length]);
    const plan = await sql(`EXPLAIN ${database.type === "sqlite" ? "QUERY PLAN " : ""}${statement}`, parameters);
    return plan.map((step) => step.detail ?? `${step.type} ${step.key} ${step.Extra}`).join("; ");
  };

  it("reads each filter's page along an index, and sorts nothing", async () => {
    const { operator } = app;
    const middle = new Date(Date.UTC(2025, 0, 1, 0, 0, 5_000 * tens));
    const upToMiddle = { entityType: "ScrapeJob", until: middle };
    const { endCursor } = (await app.data(operator, list, { filter: upToMiddle })).auditEntries.pageInfo;
    const [, at, id] = JSON.parse(Buffer.from(endCursor, "base64url").toString().slice(11));
    const position = [stored(new Date(at)), stored(new Date(at)), id];
    const plans = {
      at: [
        await planOf(operator, {}, []),
        await planOf(operator, { hasReason: false }, []),
        await planOf(operator, { since: middle }, [stored(middle)]),
        await planOf(operator, { until: middle }, [stored(middle)]),
        await planOf(operator, {}, position, endCursor),
      ],
      project: [
        await planOf(operator, { project }, [project]),
        await planOf(member, {}, [project, "ApiToken"]),
        await planOf(operator, { project, since: middle }, [project, stored(middle)]),
        await planOf(operator, { project }, [project, ...position], endCursor),
      ],
      entity: [await planOf(operator, { entityId: "job_77" }, ["job_77"])],
      type: [
        await planOf(operator, { entityType: "GlobalRule" }, ["GlobalRule"]),
        await planOf(operator, { entityType: "ScrapeJob" }, ["ScrapeJob", ...position], endCursor),
      ],
      actor: [await planOf(operator, { actor: "ann" }, ["ann"])],
      actor_kind: [await planOf(operator, { actorKind: "OIDC" }, ["OIDC"])],
      action: [
        await planOf(operator, { action: "REFUSED" }, ["REFUSED"]),
        await planOf(operator, { hasReason: true }, ["REFUSED"]),
      ],
    };
    const used = Object.fromEntries(
      Object.entries(plans).map(([index, ofIndex]) => [
        index,
        ofIndex.filter(
          (plan) => !plan.includes(`ix_audit_entry_${index} `) && !plan.endsWith(`ix_audit_entry_${index}`),
        ),
      ]),
    );
    expect(used).toEqual(Object.fromEntries(Object.keys(plans).map((index) => [index, []])));
    expect(
      Object.values(plans)
        .flat()
        .filter((plan) => /filesort|temporary|TEMP B-TREE/i.test(plan)),
    ).toEqual([]);
  });
});
