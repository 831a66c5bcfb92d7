import { beforeAll, expect, it } from "vitest";
import { Workspace } from "../configurator/support/workspace.js";
import { startApp, type TestApp } from "../support/app.js";
import { untilFileEnd } from "../support/at-end.js";
import { DatabaseContent } from "../support/database-content.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { changes, createGroup, createProject, groupUpdate, secretsOf, webhook } from "./contact-operations.js";

const key = (fill: string) => Buffer.alloc(32, fill).toString("base64");
const altered =
  "it was altered in the database, moved from another object, or encrypted with another key of this name.";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let agent: string;
  const log: string[] = [];

  const start = async (...keys: { id: string; key: string }[]) => {
    const onLog = (line: string) => void log.push(JSON.parse(line).msg);
    app = await untilFileEnd(() => startApp(database.settings, { secrets: { keys }, onLog }));
    agent = await app.token("AGENT");
  };
  const sql = (text: string) => DatabaseContent.of(database.settings, (content) => content.sql(text));
  const secretOf = async (group: string) => {
    const [row] = await sql(`SELECT id, ciphertext FROM secret WHERE entity_id = '${group}'`);
    return row as { id: string; ciphertext: string };
  };
  /** By project, what the agent gets for its only contact. */
  const fetched = async () => {
    const { changedProjects } = await app.data(agent, changes);
    const entries = changedProjects.nodes.flatMap(({ name, project }: never) => {
      const { contactGroups } = project as { contactGroups: { nodes: { contacts: { value: string }[] }[] } };
      return contactGroups.nodes.map(({ contacts }) => [name, contacts.map(({ value: _, ...rest }) => rest)]);
    });
    return Object.fromEntries(entries);
  };
  const readable = (secret: string) => [{ hasSecret: true, secret, secretProblem: null }];
  const broken = (id: string, group: string, why: string) => [
    { hasSecret: true, secret: null, secretProblem: `The secret ${id} of ${group} cannot be read: ${why}` },
  ];

  beforeAll(() => start({ id: "first", key: key("1") }));

  it("tells an agent of each broken secret beside the whole rest of the page, and people nothing", async () => {
    const groups = new Map<string, string>();
    for (const name of ["a", "b", "fine", "lost"]) {
      groups.set(name, await createGroup(app, await createProject(app, name), "g", [`secret-of-${name}`]));
    }
    const [a = "", b = "", lost = ""] = ["a", "b", "lost"].map((name) => groups.get(name));
    const [ofA, ofB, ofLost] = [await secretOf(a), await secretOf(b), await secretOf(lost)];
    await sql(`UPDATE secret SET ciphertext = '${ofB.ciphertext}' WHERE id = '${ofA.id}'`);
    await sql(`UPDATE secret SET ciphertext = '${ofA.ciphertext}' WHERE id = '${ofB.id}'`);
    await sql(`DELETE FROM secret WHERE id = '${ofLost.id}'`);
    expect(await fetched()).toEqual({
      a: broken(ofA.id, a, altered),
      b: broken(ofB.id, b, altered),
      fine: readable("secret-of-fine"),
      lost: broken(ofLost.id, lost, "it is not in the database any more."),
    });
    expect(await secretsOf(app, app.operator, a)).toEqual([{ secret: null, secretProblem: null }]);
  });

  it("gives one group's secret to no other, even if its row is made to refer to it", async () => {
    const project = await createProject(app, "thief");
    const [own, thief] = [
      await createGroup(app, project, "own", ["precious"]),
      await createGroup(app, project, "thief", ["worthless"]),
    ];
    const [{ id: precious }, { id: worthless }] = [await secretOf(own), await secretOf(thief)];
    await sql(
      `UPDATE contact_group SET contacts = REPLACE(contacts, '${worthless}', '${precious}') WHERE id = '${thief}'`,
    );
    expect(await secretsOf(app, agent, thief)).toEqual([
      { secret: null, secretProblem: `The secret ${precious} of ${thief} cannot be read: ${altered}` },
    ]);
    await sql(`UPDATE secret SET entity_id = '${thief}' WHERE id = '${precious}'`);
    expect(await secretsOf(app, agent, thief)).toEqual([
      { secret: null, secretProblem: expect.stringContaining(altered) },
    ]);
  });

  it("is whole again once its owner gives the secret anew", async () => {
    const group = await createGroup(app, await createProject(app, "again"), "g", ["old"]);
    await sql(`UPDATE secret SET ciphertext = 'x' WHERE entity_id = '${group}'`);
    expect(await secretsOf(app, agent, group)).toMatchObject([{ secret: null }]);
    await app.data(app.operator, groupUpdate, { id: group, input: { contacts: [webhook("new")] } });
    expect(await secretsOf(app, agent, group)).toEqual([{ secret: "new", secretProblem: null }]);
  });

  it("names the key that is missing to agents, and to the operator as the server starts", async () => {
    const group = await createGroup(app, await createProject(app, "keyless"), "g", ["kept"]);
    const { id } = await secretOf(group);
    const count = (await sql("SELECT COUNT(*) AS count FROM secret"))[0].count;
    await app.close();
    log.length = 0;
    await start({ id: "second", key: key("2") });
    expect(log).toEqual([`${count} secrets cannot be read: their key "first" is not among secrets.keys.`]);
    expect(await fetched()).toMatchObject({
      keyless: broken(id, group, 'its key "first" is not among secrets.keys in the settings.'),
    });
    await app.close();
    await start({ id: "first", key: key("another") });
    expect(await fetched()).toMatchObject({ keyless: broken(id, group, altered) });
    await app.close();
    log.length = 0;
    await start({ id: "second", key: key("2") }, { id: "first", key: key("1") });
    expect(await fetched()).toMatchObject({ keyless: readable("kept") });
    expect(log).toEqual([]);
  });

  it("keeps the contacts of that project alone on the machine of a real agent", async () => {
    const project = await createProject(app, "machine");
    const input = (contacts: object[]) => ({ contacts, makeDefault: true });
    const group = await createGroup(app, project, "g", ["on-the-machine"]);
    await app.data(app.operator, groupUpdate, { id: group, input: input([webhook("on-the-machine")]) });
    const server = { url: app.url, token: agent };
    const machine = await Workspace.make({ url: app.url, settings: { server }, prometheus: false });
    await machine.once();
    const ofMachine = [`alertmanager/current/secrets/machine.${group}`, "on-the-machine"];
    expect(await machine.secrets()).toContainEqual(ofMachine);

    const kept = { type: "WEBHOOK", value: "https://example.org/0", keepSecret: true, sendResolved: false };
    await app.data(app.operator, groupUpdate, { id: group, input: input([kept]) });
    await sql(`UPDATE secret SET ciphertext = 'x' WHERE entity_id = '${group}'`);
    const neighbour = await createGroup(app, await createProject(app, "neighbour"), "g", ["next-door"]);
    await machine.once();
    expect(await machine.read("alertmanager/current/projects/machine.json")).toContain('"send_resolved": true');
    const ofNeighbour = [`alertmanager/current/secrets/neighbour.${neighbour}`, "next-door"];
    expect(await machine.secrets()).toEqual(expect.arrayContaining([ofMachine, ofNeighbour]));

    // Who works on the project sees why, and nobody else.
    const rollout = `query ($id: ID!) { node(id: $id) { ... on Project { rollout { state problems { message } } } } }`;
    const seen = await app.data(await app.token({ [project]: "VIEWER" }), rollout, { id: project });
    expect(seen.node.rollout).toEqual({
      state: "REFUSED",
      problems: [
        {
          message: expect.stringMatching(
            /^Contact group "g" lacks its contact 1 \(WEBHOOK\): The secret sec_\w+ of cgr_\w+ cannot be read: it was altered/,
          ),
        },
      ],
    });
  });
});
