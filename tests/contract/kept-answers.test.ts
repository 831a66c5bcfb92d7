import { isObjectType, parse } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { isLiveDocument, liveFields } from "../../server/http/live-fields.js";
import { startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const question = `query ($filter: AlertFilter) { alerts(filter: $filter) { totalCount nodes { name state silencedBy { comment } } } }`;
const silence = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { silence { id } userErrors { message } } }`;

let app: TestApp;
let nowMs = Date.now();
const ids: Record<string, string> = {};
const tokens: Record<string, string> = {};

beforeAll(async () => {
  const alertmanager = await startAlertmanager();
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
    now: () => new Date(nowMs++),
  });
  for (const name of ["alpha", "beta"]) {
    const create = `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`;
    ids[name] = (await app.data(app.operator, create)).projectCreate.project.id;
  }
  const [alpha = "", beta = ""] = [ids.alpha, ids.beta];
  tokens.ann = await app.token({ [alpha]: "MEMBER" });
  tokens.bob = await app.token({ [alpha]: "MEMBER" });
  tokens.eve = await app.token({ [beta]: "MEMBER" });
  tokens.both = await app.token({ [alpha]: "MEMBER", [beta]: "MEMBER" });
  await alertmanager.postAlerts([
    { labels: { alertname: "Down", project: "alpha" } },
    { labels: { alertname: "Slow", project: "beta" } },
  ]);
  await waitFor(async () => (await app.data(app.operator, question)).alerts?.totalCount === 2, { what: "the alerts" });
});

const as = (name: string) => tokens[name] ?? "";
/** What is answered, and whether it was kept: then nothing but who asks is looked up. */
async function ask(token: string, query = question, variables: object = {}) {
  let answer: Awaited<ReturnType<TestApp["graphql"]>> | undefined;
  const statements = await app.statementsOf(async () => {
    answer = await app.graphql(token, query, variables);
  });
  return { answer: answer?.data, extensions: answer?.extensions, isKept: statements.length === 1 };
}
/** Asks until the answer is a kept one: in the second before, another may have been kept that has passed its time. */
const keptFor = (token: string, query?: string, variables?: object) =>
  waitFor(
    async () => {
      const asked = await ask(token, query, variables);
      return asked.isKept && asked;
    },
    { what: "a kept answer" },
  );
const named = (name: string, state = "ACTIVE", silencedBy: object[] = []) => ({ name, state, silencedBy });

describe("an answer about what is live", () => {
  it("is kept for all with the same roles, and for nobody else", async () => {
    const ofAlpha = { alerts: { totalCount: 1, nodes: [named("Down")] } };
    const ofBeta = { alerts: { totalCount: 1, nodes: [named("Slow")] } };
    await keptFor(as("ann"));
    expect((await keptFor(as("bob"))).answer).toEqual(ofAlpha);
    expect((await keptFor(as("eve"))).answer).toEqual(ofBeta);
    for (let round = 0; round < 3; round++) {
      expect((await ask(as("ann"))).answer).toEqual(ofAlpha);
      expect((await ask(as("eve"))).answer).toEqual(ofBeta);
      expect((await ask(as("both"))).answer.alerts.totalCount).toBe(2);
      expect((await ask(app.operator)).answer.alerts.totalCount).toBe(2);
    }
  });

  it("is another one for other variables", async () => {
    const few = { filter: { matchers: ["alertname=Nothing"] } };
    expect((await keptFor(as("ann"), question, few)).answer.alerts.totalCount).toBe(0);
    expect((await ask(as("ann"))).answer.alerts.totalCount).toBe(1);
  });

  it("has its price each time", async () => {
    const { extensions: first } = await keptFor(as("ann"));
    const { extensions: second } = await keptFor(as("ann"));
    const { requested, limit, perMinute } = (first as { cost: Cost }).cost;
    expect(requested).toBeGreaterThan(0);
    const after = (second as { cost: Cost }).cost;
    expect(after).toEqual({ requested, limit, perMinute: { ...perMinute, remaining: expect.any(Number) } });
    expect(after.perMinute.remaining).toBeLessThanOrEqual(perMinute.remaining - requested);
  });

  it("is never older than what the caller has written", async () => {
    for (let round = 0; round < 5; round++) {
      await keptFor(as("bob"));
      const comment = `round ${round}`;
      const matchers = [{ name: "alertname", value: "Down" }];
      const written = await app.data(as("ann"), silence, {
        input: { project: ids.alpha, matchers, comment, duration: "1h" },
      });
      expect(written.silenceCreate.userErrors).toEqual([]);
      const { answer } = await ask(as("bob"));
      expect(answer.alerts.nodes[0].silencedBy).toContainEqual({ comment });
    }
  });

  it("is never older than which projects the caller has made or deleted", async () => {
    const query = `{ project(name: "late") { name alertCounts { total } } projects { nodes { name } } alertCounts { total } }`;
    const names = ["alpha", "beta"].map((name) => ({ name }));
    const before = await keptFor(app.operator, query);
    expect(before.answer).toMatchObject({ project: null, projects: { nodes: names } });
    const create = `mutation { projectCreate(input: { name: "late" }) { project { id } } }`;
    const { id } = (await app.data(app.operator, create)).projectCreate.project;
    const late = { name: "late", alertCounts: { total: 0 } };
    expect((await ask(app.operator, query)).answer.project).toEqual(late);
    expect((await keptFor(app.operator, query)).answer.project).toEqual(late);
    await app.data(app.operator, `mutation { projectDelete(id: "${id}") { userErrors { message } } }`);
    expect((await ask(app.operator, query)).answer).toEqual(before.answer);
  });

  it("is not kept where it depends on anything else", async () => {
    const query = `{ alerts { nodes { name project { revision } } } }`;
    for (let round = 0; round < 3; round++) expect((await ask(as("ann"), query)).isKept).toBe(false);
    const wrong = `{ alerts(first: 0) { totalCount } }`;
    for (let round = 0; round < 3; round++) {
      const { errors } = await app.graphql(as("ann"), wrong);
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
  });
});

interface Cost {
  readonly requested: number;
  readonly limit: number;
  readonly perMinute: { readonly limit: number; readonly remaining: number };
}

it("names fields that there are", () => {
  const types = app.app.schema.getTypeMap();
  const unknown = Object.entries(liveFields).flatMap(([type, names]) => {
    const known = types[type];
    const fields = isObjectType(known) ? known.getFields() : {};
    return names.split(/\s+/).filter((name) => !Object.hasOwn(fields, name));
  });
  expect(unknown).toEqual([]);
});

describe("a document is about what is live alone", () => {
  it.each([
    ["{ alerts { nodes { __typename id silencedBy { id matchers { name } } } } }", true],
    ["query A { alertCounts { total } } fragment F on Alert { id }", true],
    ["{ alertGroups { nodes { alerts { nodes { ...F } } } } } fragment F on Alert { name }", true],
    ["{ alertGroups { nodes { alerts { nodes { ...F } } } } } fragment F on Alert { rule { id } }", false],
    ["{ alerts { nodes { ... on Alert { project { name } } } } }", true],
    ["{ alerts { nodes { ... on Alert { project { revision } } } } }", false],
    ["{ alerts { totalCount } viewer { name } }", false],
    ["{ alerts { nodes { silencedBy { viewerCanEdit } } } }", false],
    ["{ alerts { totalCount } __schema { description } }", false],
    ['{ project(name: "a") { alerts { totalCount } } }', true],
    ["{ projects { nodes { name alertCounts { total } } pageInfo { endCursor } } }", true],
    ["{ projects { nodes { name alertCounts { total } viewerRole } } }", false],
    // What projects there are is not looked up anew only where a board asks for it.
    ['{ project(name: "a") { name } projects { nodes { name } } }', false],
    ['mutation { silenceExpire(id: "x") { userErrors { message } } }', false],
  ])("%s: %s", (document, isLive) => {
    expect(isLiveDocument(app.app.schema, parse(document))).toBe(isLive);
  });
});
