import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { DatabaseContent } from "../support/database-content.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { createGroup, createProject, groupDelete, groupUpdate, secretsOf, webhook } from "./contact-operations.js";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let now = new Date("2026-01-01T00:00:00Z");
  const sql = (text: string) => DatabaseContent.of(database.settings, (content) => content.sql(text));
  const references = async (entity: string): Promise<string[]> =>
    (await sql(`SELECT id FROM secret WHERE entity_id = '${entity}' ORDER BY id`)).map(({ id }) => id);

  beforeAll(async () => {
    app = await startApp(database.settings, { now: () => now });
  });

  it("removes what no row and no entry of the change log refers to, and is old enough; nothing else", async () => {
    const project = await createProject(app, "tools");
    const changed = await createGroup(app, project, "changed", ["one"]);
    const [one] = await references(changed);
    await app.data(app.operator, groupUpdate, { id: changed, input: { contacts: [webhook("two")] } });
    const deleted = await createGroup(app, project, "deleted", ["three", "four"]);
    await app.data(app.operator, groupDelete, { id: deleted });
    const [oneOf, twoOf] = [await references(changed), await references(deleted)];
    expect([oneOf.length, twoOf.length]).toEqual([2, 2]);

    now = new Date("2026-06-01T00:00:00Z");
    const young = await createGroup(app, project, "young", ["five"]);
    await app.data(app.operator, groupDelete, { id: young });
    const before = new Date("2026-02-01T00:00:00Z");
    // The change log could bring them all back.
    expect(await app.app.secrets.prune(before)).toBe(0);

    await sql(`DELETE FROM audit_entry WHERE entity_id IN ('${changed}', '${deleted}', '${young}')`);
    expect(await app.app.secrets.prune(before)).toBe(3);
    expect(await references(deleted)).toEqual([]);
    const left = await references(changed);
    expect(left).toHaveLength(1);
    expect(left).not.toContain(one);
    expect(await references(young)).toHaveLength(1);
    expect(await secretsOf(app, await app.token("AGENT"), changed)).toEqual([{ secret: "two", secretProblem: null }]);
    expect(await app.app.secrets.prune(before)).toBe(0);
  });

  it("walks over more than it asks for at once", async () => {
    now = new Date("2026-01-01T00:00:00Z");
    const project = await createProject(app, "many");
    const secrets = Array.from({ length: 50 }, (_, index) => `s${index}`);
    const ids: string[] = [];
    for (let number = 0; number < 9; number++) ids.push(await createGroup(app, project, `${number}`, secrets));
    for (const id of ids.slice(1)) await app.data(app.operator, groupDelete, { id });
    await sql("DELETE FROM audit_entry");
    expect(await app.app.secrets.prune(new Date("2026-02-01T00:00:00Z"))).toBe(400);
    expect(await references(ids[0] ?? "")).toHaveLength(50);
  });
});
