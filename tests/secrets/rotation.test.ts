import { expect, it } from "vitest";
import { operatorCaller, startApp, type TestApp } from "../support/app.js";
import { DatabaseContent } from "../support/database-content.js";
import { type DatabaseSettings, describeOnEachDatabase } from "../support/databases.js";
import { createGroup, createProject, groupUpdate, secretsOf, webhook } from "./contact-operations.js";

const [first, second] = ["first", "second"].map((id) => ({ id, key: Buffer.alloc(32, id).toString("base64") }));
const log = '{ auditEntries(first: 100, filter: { entityType: "Secrets" }) { nodes { action actor before after } } }';

describeOnEachDatabase((database) => {
  const start = (settings: DatabaseSettings, ...keys: unknown[]) =>
    startApp(settings, { secrets: { keys: keys as { id: string; key: string }[] } });
  const rotate = (app: TestApp) => app.app.secrets.rotate(operatorCaller());
  const countByKey = async (settings: DatabaseSettings) => {
    const text = "SELECT key_id, COUNT(*) AS count FROM secret GROUP BY key_id";
    const rows = await DatabaseContent.of(settings, (content) => content.sql(text));
    return Object.fromEntries(rows.map(({ key_id, count }) => [key_id, Number(count)]));
  };
  const fifty = (name: string) => Array.from({ length: 50 }, (_, index) => `${name}-${index}`);
  const opened = (secrets: readonly string[]) => secrets.map((secret) => ({ secret, secretProblem: null }));

  it("brings everything under the first key while people write, so that the old one may go", async () => {
    const settings = await database.another();
    const old = await start(settings, first);
    const project = await createProject(old, "tools");
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const ids = new Map<string, string>();
    for (const name of names) ids.set(name, await createGroup(old, project, name, fifty(name)));
    await old.close();

    const app = await start(settings, second, first);
    const writes = ["a", "b", "c"].map((name) => {
      const contacts = fifty(`new-${name}`).map(webhook);
      return app.data(app.operator, groupUpdate, { id: ids.get(name), input: { contacts } });
    });
    const created = createGroup(app, project, "created", fifty("created"));
    const report = await rotate(app);
    for (const { contactGroupUpdate } of await Promise.all(writes)) expect(contactGroupUpdate.userErrors).toEqual([]);
    ids.set("created", await created);
    expect(report).toEqual({ contactGroups: 0, keyId: "second", reencrypted: 350, problems: [], remaining: new Map() });
    expect(await countByKey(settings)).toEqual({ second: 350 + 4 * 50 });
    expect(await rotate(app)).toMatchObject({ reencrypted: 0 });
    expect((await app.data(app.operator, log)).auditEntries.nodes).toEqual([
      {
        action: "UPDATE",
        actor: "test",
        before: null,
        after: { key: "second", reencrypted: 350, underOtherKeys: {} },
      },
    ]);
    await app.close();

    const alone = await start(settings, second);
    const agent = await alone.token("AGENT");
    for (const [name, id] of ids) {
      const text = ["a", "b", "c"].includes(name) ? `new-${name}` : name;
      expect(await secretsOf(alone, agent, id)).toEqual(opened(fifty(text)));
    }
    await alone.close();
  });

  it("leaves what it cannot read as it is, and says which; the rest is done", async () => {
    const settings = await database.another();
    const old = await start(settings, first);
    const project = await createProject(old, "tools");
    const [fine, broken] = [
      await createGroup(old, project, "fine", ["fine"]),
      await createGroup(old, project, "broken", ["broken"]),
    ];
    await old.close();
    const row = await DatabaseContent.of(settings, async (content) => {
      await content.sql(`UPDATE secret SET ciphertext = 'altered' WHERE entity_id = '${broken}'`);
      return (await content.sql(`SELECT * FROM secret WHERE entity_id = '${broken}'`))[0];
    });
    const app = await start(settings, second, first);
    expect(await rotate(app)).toEqual({
      contactGroups: 0,
      keyId: "second",
      reencrypted: 1,
      problems: [
        expect.stringMatching(new RegExp(`^The secret ${row.id} of ${broken} cannot be read: it was altered `)),
      ],
      remaining: new Map([["first", 1]]),
    });
    const after = await DatabaseContent.of(settings, (content) =>
      content.sql(`SELECT * FROM secret WHERE id = '${row.id}'`),
    );
    expect(after).toEqual([row]);
    expect(await secretsOf(app, await app.token("AGENT"), fine)).toEqual(opened(["fine"]));
    await app.close();
  });

  it("run twice at the same time encrypts everything once", async () => {
    const settings = await database.another();
    const old = await start(settings, first);
    const project = await createProject(old, "tools");
    const ids: string[] = [];
    for (let number = 0; number < 10; number++) {
      ids.push(await createGroup(old, project, `${number}`, fifty(`${number}`)));
    }
    await old.close();
    const app = await start(settings, second, first);
    const reports = await Promise.all([rotate(app), rotate(app)]);
    expect(reports.map(({ reencrypted }) => reencrypted).reduce((sum, each) => sum + each)).toBe(500);
    expect(await countByKey(settings)).toEqual({ second: 500 });
    const agent = await app.token("AGENT");
    for (const [number, id] of ids.entries()) {
      expect(await secretsOf(app, agent, id)).toEqual(opened(fifty(`${number}`)));
    }
    await app.close();
  });
});
