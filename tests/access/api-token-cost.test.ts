import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { DatabaseContent } from "../support/database-content.js";
import { describeOnEachDatabase } from "../support/databases.js";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let now = new Date("2026-01-01T00:00:00Z");
  let token = "";
  const ask = () => app.data(token, "{ viewer { name } }");

  beforeAll(async () => {
    app = await startApp(database.settings, { now: () => now });
    const projects = await Promise.all(
      ["one", "two", "three"].map(async (name) => {
        const mutation = `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`;
        return (await app.data(app.operator, mutation)).projectCreate.project.id;
      }),
    );
    token = await app.token(Object.fromEntries(projects.map((id) => [id, "MEMBER" as const])));
    await ask();
  });

  it("takes one statement, which finds either secret by its index", async () => {
    const statements = await app.statementsOf(ask);
    expect(statements).toEqual([expect.stringMatching(/^SELECT .* FROM api_token /)]);
    for (let count = 0; count < 40; count++) await app.token("READER"); // So many that MariaDB would not read them all.
    const [sql] = statements;
    const explain = database.type === "sqlite" ? "EXPLAIN QUERY PLAN" : "EXPLAIN";
    const plan = await DatabaseContent.of(database.settings, (content) => content.sql(`${explain} ${sql}`, ["a", "b"]));
    const shown = plan.map(({ detail, key }) => String(detail ?? key));
    expect(shown).toEqual(
      database.type === "sqlite"
        ? [
            "MULTI-INDEX OR",
            "INDEX 1",
            "SEARCH token USING INDEX uq_api_token_hash (hash=?)",
            "INDEX 2",
            "SEARCH token USING INDEX uq_api_token_previous_hash (previous_hash=?)",
            "CORRELATED SCALAR SUBQUERY 1",
            expect.stringMatching(/^SEARCH member USING INDEX .*\(token_id=\?\)/),
          ]
        : ["uq_api_token_hash,uq_api_token_previous_hash", "PRIMARY"],
    );
  });

  it("takes one statement for strangers too, and none for who brings nothing", async () => {
    expect(await app.statementsOf(() => app.graphql("mi_unknown", "{ viewer { name } }"))).toHaveLength(1);
    expect(await app.statementsOf(() => app.graphql(null, "{ viewer { name } }"))).toEqual([]);
  });

  it("notes the use once a minute, however many requests come at once", async () => {
    const writes = async () => {
      const statements = await app.statementsOf(() => Promise.all(Array.from({ length: 20 }, ask)));
      return statements.filter((sql) => sql.startsWith("UPDATE")).length;
    };
    now = new Date(now.getTime() + 59_999);
    expect(await writes()).toBe(0);
    now = new Date(now.getTime() + 1);
    const [first, second] = [await writes(), await writes()];
    // A request whose look was answered late may write once more, in vain.
    expect([first > 0 && first <= 3, second]).toEqual([true, 0]);
    const { apiTokens } = await app.data(
      app.operator,
      "{ apiTokens(first: 100) { nodes { memberships { role } lastUsedAt } } }",
    );
    const used = apiTokens.nodes.filter(({ memberships }: { memberships: unknown[] }) => memberships.length === 3);
    expect(used.map(({ lastUsedAt }: { lastUsedAt: string }) => lastUsedAt)).toEqual([now.toISOString()]);
  });
});
