import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { DatabaseContent } from "../support/database-content.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { changes, createProject, groupCreate, groupDelete, groupUpdate } from "./contact-operations.js";

/** In every secret of these tests. */
const mark = "Zq9hunter2";
const slackOf = (name: string) => `https://hooks.slack.com/services/${mark}/${name}`;
const tokenOf = (name: string) => `${mark}.${name}`;

/** The texts that the mark would be found as: base64 depends on where it begins. */
const marks = [
  mark,
  Buffer.from(mark).toString("hex"),
  ...["", "a", "ab"].map((before) =>
    Buffer.from(before + mark)
      .toString("base64")
      .slice(4, -4),
  ),
].map((each) => each.toLowerCase());
const foundIn = (text: string) => marks.filter((each) => text.toLowerCase().includes(each));

const everyWay = `query ($id: ID!, $project: ID!) {
  node(id: $id) { ... on ContactGroup { contacts { secret secretProblem } } }
  nodes(ids: [$id]) { ... on ContactGroup { contacts { secret secretProblem } } }
  byProject: node(id: $project) { ... on Project {
    contactGroups { nodes { contacts { secret secretProblem } } }
    defaultContactGroup { contacts { secret secretProblem } }
  } }
  project(name: "tools") { contactGroups { nodes { contacts { secret secretProblem } } } }
  projects(first: 2) { nodes { contactGroups(first: 2) { nodes { contacts { secret secretProblem } } } } }
}`;
const audit = "{ auditEntries(first: 100) { nodes { action before after reason project { name } } } }";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let project: string;
  let id: string;
  let people: Readonly<Record<string, string>>;
  let agent: string;
  const log: string[] = [];

  beforeAll(async () => {
    app = await startApp(database.settings, { onLog: (line) => void log.push(line) });
    project = await createProject(app, "tools");
    people = {
      VIEWER: await app.token({ [project]: "VIEWER" }),
      MEMBER: await app.token({ [project]: "MEMBER" }),
      ADMIN: await app.token({ [project]: "ADMIN" }),
      OPERATOR: app.operator,
      READER: await app.token("READER"),
    };
    agent = await app.token("AGENT");
    const input = { project, name: "group", makeDefault: true, contacts: contactsWith("first") };
    id = (await app.data(app.operator, groupCreate, { input })).contactGroupCreate.contactGroup.id;
  });

  const contactsWith = (name: string) => [
    { type: "WEBHOOK", value: "https://example.org/", secret: tokenOf(name) },
    { type: "SLACK", value: "#ops", secret: slackOf(name) },
  ];

  it("is found as the mark in any encoding, when there is one", () => {
    expect(foundIn(tokenOf("x"))).toEqual([marks[0]]);
    expect(foundIn(Buffer.from(tokenOf("x")).toString("hex"))).toEqual([marks[1]]);
    for (const before of ["", "x", "xy", "xyz"]) {
      expect(foundIn(Buffer.from(before + tokenOf("x")).toString("base64"))).not.toEqual([]);
    }
  });

  it("is null to everybody who may read the group, on every path, and there for agents", async () => {
    for (const token of Object.values(people)) {
      const data = await app.data(token, everyWay, { id, project });
      const seen: unknown[] = [];
      JSON.stringify(data, (key, value) => {
        if (key === "secret" || key === "secretProblem") seen.push(value);
        return value;
      });
      expect(seen).toEqual(Array.from({ length: 6 * 2 * 2 }, () => null));
    }
    const { node } = await app.data(agent, everyWay, { id, project });
    expect(node.contacts).toEqual([
      { secret: tokenOf("first"), secretProblem: null },
      { secret: slackOf("first"), secretProblem: null },
    ]);
    const { changedProjects } = await app.data(agent, changes);
    const [{ contacts }] = changedProjects.nodes[0].project.contactGroups.nodes;
    expect(contacts.map(({ secret }: { secret: string }) => secret)).toEqual([tokenOf("first"), slackOf("first")]);
    // Operators fetch changes, too.
    expect(foundIn(JSON.stringify(await app.data(app.operator, changes)))).toEqual([]);
  });

  it("comes back in no answer to a change: not in diffs, dry runs, mistakes or errors", async () => {
    const answers: unknown[] = [];
    const send = async (query: string, variables: object) => {
      for (const token of [people.MEMBER ?? "", people.VIEWER ?? "", agent, null]) {
        const { data, errors } = await app.graphql(token, query, variables);
        answers.push(data, errors);
      }
    };
    const bad = [
      { type: "WEBHOOK", value: "https://example.org/", secret: `${mark} two words` },
      { type: "SLACK", value: "#ops", secret: `ftp://${mark}` },
      { type: "EMAIL", value: "a@b", secret: mark },
      { type: "WEBHOOK", value: "https://example.org/2", secret: mark, keepSecret: true },
    ];
    for (const dryRun of [true, false]) {
      await send(groupUpdate, { id, dryRun, input: { contacts: contactsWith("second") } });
      await send(groupUpdate, { id, dryRun, input: { contacts: contactsWith("third"), expectedVersion: 1 } });
      await send(groupUpdate, { id, dryRun, input: { contacts: bad } });
      await send(groupCreate, { dryRun, input: { project, name: "group", contacts: contactsWith("fourth") } });
    }
    await send(groupUpdate, { id, input: { contacts: [{ type: mark, value: mark, secret: [mark, { mark }] }] } });
    await send(groupUpdate, { id, input: { contacts: [{ type: "WEBHOOK", value: "https://x/", secret: { mark } }] } });
    await send(
      `mutation { contactGroupUpdate(id: "${id}", input: { contacts: [{ type: WEBHOOK, value: "https://x/", secret: ${mark} }] }) { revision } }`,
      {},
    );
    expect(foundIn(JSON.stringify(answers))).toEqual([]);
    // The agent reads what was written last, so something was.
    const { node } = await app.data(agent, everyWay, { id, project });
    expect(node.contacts[0].secret).toBe(tokenOf("second"));
  });

  it("is in no row of any table, as it is or encoded", async () => {
    const stored = () => DatabaseContent.of(database.settings, (content) => content.dump());
    expect(await stored()).toContain("https://example.org/");
    expect(foundIn(await stored())).toEqual([]);
    await app.data(app.operator, groupDelete, { id });
    expect(foundIn(await stored())).toEqual([]);
    expect(foundIn(JSON.stringify(await app.data(app.operator, audit)))).toEqual([]);
  });

  it("shows in the change log as its reference, never with what it is encrypted to", async () => {
    const { nodes } = (await app.data(app.operator, audit)).auditEntries;
    const entry = nodes.find(({ action }: { action: string }) => action === "DELETE");
    const reference = expect.stringMatching(/^sec_[0-9a-z]{26}$/);
    expect(entry).toMatchObject({
      action: "DELETE",
      before: {
        contacts: [
          { type: "WEBHOOK", secret: reference },
          { type: "SLACK", secret: reference },
        ],
      },
      after: null,
    });
    const rows = await DatabaseContent.of(database.settings, (content) => content.sql("SELECT ciphertext FROM secret"));
    expect(rows.length).toBeGreaterThan(3);
    const entries = await DatabaseContent.of(database.settings, async (content) => {
      return JSON.stringify(await content.sql("SELECT * FROM audit_entry"));
    });
    expect(rows.filter(({ ciphertext }) => entries.includes(ciphertext.slice(0, 20)))).toEqual([]);
  });

  it("is in no line of the log, whatever the database does in the middle of writing it", async () => {
    const input = { project, name: "failing", contacts: contactsWith("failing") };
    for (const [table, column] of [
      ["secret", "ciphertext"],
      ["audit_entry", "reason"],
    ]) {
      const rename = (from: string, to: string) => `ALTER TABLE ${table} RENAME COLUMN ${from} TO ${to}`;
      await DatabaseContent.of(database.settings, (content) => content.sql(rename(column ?? "", "gone")));
      const { errors } = await app.graphql(app.operator, groupCreate, { input });
      expect(errors?.map(({ message }) => message)).toEqual(["Internal server error"]);
      await DatabaseContent.of(database.settings, (content) => content.sql(rename("gone", column ?? "")));
    }
    const logged = log.flatMap((line) => JSON.parse(line).err?.statement ?? []);
    expect(logged).toEqual([/INTO .secret/, /INTO .audit_entry/].map((start) => expect.stringMatching(start)));
    expect(foundIn(log.join("\n"))).toEqual([]);
    expect(log.join("\n")).not.toContain("parameters");
  });
});
