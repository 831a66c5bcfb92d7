import { beforeAll, expect, it } from "vitest";
import { newId } from "../../server/core/ids.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { insertCopies } from "../support/sql.js";
import { mutations, type OnCall, startOnCall } from "./on-call.js";

const { acknowledge, unacknowledge } = mutations;
const query = `query ($filter: AcknowledgementFilter, $first: Int, $after: String) {
  acknowledgements(filter: $filter, first: $first, after: $after) {
    totalCount nodes { owner note } pageInfo { hasNextPage endCursor } } }`;

describeOnEachDatabase((database) => {
  let onCall: OnCall;
  const notes = async (token: string, filter: object = {}) =>
    (await onCall.app.data(token, query, { filter })).acknowledgements.nodes.map(({ note }: { note: string }) => note);

  beforeAll(async () => {
    onCall = await startOnCall(database.settings);
    const { app, fire, tokens } = onCall;
    const say = async (token: string, note: string, labels: Record<string, string> = {}) => {
      const alerts = await fire([{ alertname: note, ...labels }]);
      const input = { alerts, note, quiet: false };
      return (await app.data(token, acknowledge, { input })).done.results[0].acknowledgement.id;
    };
    const end = (...acknowledgements: string[]) =>
      app.data(app.operator, unacknowledge, { input: { acknowledgements } });
    const first = await say(tokens.alice, "first");
    await say(tokens.bob, "second");
    const third = await say(tokens.alice, "third");
    await say(tokens.eve, "betas", { project: "beta" });
    await say(app.operator, "platform", { project: "" });
    await end(third);
    await end(first);
    await say(tokens.alice, "first again");
  });

  it("are listed, those in force first, to each who sees their alerts", async () => {
    const { app, tokens } = onCall;
    const all = ["first again", "platform", "betas", "second", "first", "third"];
    const ofAlpha = ["first again", "second", "first", "third"];
    expect(await notes(app.operator)).toEqual(all);
    expect(await notes(await app.token("READER"))).toEqual(all);
    expect(await notes(await app.token("AGENT"))).toEqual(all.filter((note) => note !== "platform"));
    expect(await notes(tokens.viewer)).toEqual(ofAlpha);
    expect(await notes(tokens.eve)).toEqual(["betas"]);
    const ofProjects = `{ projects { nodes { name acknowledgements(first: 2) { totalCount nodes { note } } } } }`;
    expect((await app.data(app.operator, ofProjects)).projects.nodes).toEqual([
      { name: "alpha", acknowledgements: { totalCount: 4, nodes: [{ note: "first again" }, { note: "second" }] } },
      { name: "beta", acknowledgements: { totalCount: 1, nodes: [{ note: "betas" }] } },
    ]);
  });

  it("are narrowed by owner, by project, and by whether they are in force", async () => {
    const { app, tokens } = onCall;
    expect(await notes(app.operator, { active: true })).toEqual(["first again", "platform", "betas", "second"]);
    expect(await notes(app.operator, { active: false })).toEqual(["first", "third"]);
    expect(await notes(app.operator, { owners: ["bob", "eve"] })).toEqual(["betas", "second"]);
    expect(await notes(app.operator, { owners: [] })).toEqual([]);
    expect(await notes(app.operator, { owners: ["alice"], active: true })).toEqual(["first again"]);
    expect(await notes(app.operator, { projects: ["beta", "none"] })).toEqual(["betas"]);
    expect(await notes(tokens.viewer, { projects: ["beta"] })).toEqual([]);
    expect(await notes(tokens.viewer, { projects: ["alpha", "beta"], active: true })).toEqual([
      "first again",
      "second",
    ]);
    const many = Array.from({ length: 101 }, () => "x");
    for (const filter of [{ owners: many }, { projects: many }]) {
      const { errors } = await app.graphql(app.operator, query, { filter });
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
    }
    const ofProject = `{ project(name: "alpha") { acknowledgements(filter: { active: true, owners: ["bob"] }) { totalCount nodes { note } } } }`;
    expect((await app.data(tokens.viewer, ofProject)).project.acknowledgements).toEqual({
      totalCount: 1,
      nodes: [{ note: "second" }],
    });
  });

  it("come in pages, from those in force to the last that ended", async () => {
    const { app } = onCall;
    const pages: string[][] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { acknowledgements } = await app.data(app.operator, query, { first: 2, after });
      pages.push(acknowledgements.nodes.map(({ note }: { note: string }) => note));
      ({ endCursor: after, hasNextPage: more } = acknowledgements.pageInfo);
    }
    expect(pages).toEqual([
      ["first again", "platform"],
      ["betas", "second"],
      ["first", "third"],
    ]);
  });

  it("cost as many statements in a page of a hundred as in one of one", async () => {
    const { app, sql, tokens } = onCall;
    const [row] = await sql("SELECT id FROM acknowledgement WHERE note = 'third'");
    await insertCopies(sql, "acknowledgement", String(row?.id), 120, (index) => ({
      id: newId("ack"),
      fingerprint: index.toString(16).padStart(16, "0"),
    }));
    const wide = `query ($first: Int) { acknowledgements(first: $first) { totalCount nodes {
      id owner note labels alert { name acknowledgement { owner } } project { name acknowledgements(first: 3) { nodes { id } } }
      silences { id } viewerCanEdit } }
      alerts(first: $first) { nodes { acknowledgement { id project { name } silences { id } } } } }`;
    const count = async (first: number) =>
      (await app.statementsOf(() => app.data(tokens.viewer, wide, { first }))).length;
    expect(await count(100)).toBe(await count(1));
    const shown = (await app.data(tokens.viewer, wide, { first: 100 })).acknowledgements;
    expect([shown.nodes.length, shown.totalCount]).toEqual([100, 124]);
  });
});
