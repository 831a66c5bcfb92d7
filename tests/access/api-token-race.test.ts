import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { DatabaseContent } from "../support/database-content.js";
import { describeOnEachDatabase } from "../support/databases.js";

const rounds = 30;

describeOnEachDatabase((database) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(database.settings);
  });

  it("leaves no role in a dead project, however creation and deletion meet", async () => {
    const create = `mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { secret userErrors { code path } } }`;
    const refused = [{ code: "NOT_FOUND", path: ["input", "memberships", "0", "project"] }];
    let created = 0;
    for (let round = 0; round < rounds; round++) {
      const mutation = `mutation { projectCreate(input: { name: "p${round}" }) { project { id } } }`;
      const { id } = (await app.data(app.operator, mutation)).projectCreate.project;
      const input = { name: `t${round}`, memberships: [{ project: id, role: "ADMIN" }] };
      const creations = (count: number) =>
        Array.from({ length: count }, () => app.data(app.operator, create, { input }));
      const earlier = creations(round % 4);
      const deletion = app.data(app.operator, `mutation { projectDelete(id: "${id}") { deletedId } }`);
      const tokens = await Promise.all([...earlier, ...creations(4 - (round % 4))]);
      expect((await deletion).projectDelete).toEqual({ deletedId: id });
      for (const { apiTokenCreate } of tokens) {
        if (apiTokenCreate.secret === null) expect(apiTokenCreate.userErrors).toEqual(refused);
        else created++;
      }
    }
    const dead = `SELECT member.token_id FROM api_token_membership member JOIN project ON project.id = member.project_id WHERE project.deleted_at IS NOT NULL`;
    expect(await DatabaseContent.of(database.settings, (content) => content.sql(dead))).toEqual([]);
    // Both ends of the race were seen.
    expect([created > 0, created < 4 * rounds]).toEqual([true, true]);
  }, 120_000);
});
