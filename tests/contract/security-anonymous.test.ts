import { beforeAll, describe, expect, it } from "vitest";
import { subscribe } from "../support/subscriber.js";
import { existingIds } from "./existing-ids.js";
import { operationOn, type RootField, rootFields } from "./generated-operation.js";
import { codesOf, messagesOf } from "./recorded-app.js";
import { type SampleApp, startSampleApp } from "./sample-app.js";

/** What comes of each field of Query for somebody without a name, where the settings let strangers read. */
const queries: Readonly<Record<string, "answered" | "FORBIDDEN">> = {
  acknowledgements: "answered",
  agents: "answered",
  alertCounts: "answered",
  alertGroups: "answered",
  alertLabelNames: "answered",
  alertLabelValues: "answered",
  alertHistory: "answered",
  alertmanagers: "answered",
  alerts: "answered",
  apiTokens: "FORBIDDEN",
  auditEntries: "FORBIDDEN",
  capacityPlan: "FORBIDDEN",
  changedProjects: "FORBIDDEN",
  deletedProjects: "FORBIDDEN",
  egressPolicy: "FORBIDDEN",
  expression: "answered",
  globalRules: "answered",
  rulePacks: "answered",
  limitTiers: "answered",
  node: "answered",
  nodes: "answered",
  project: "answered",
  projects: "answered",
  prometheusServers: "answered",
  shards: "FORBIDDEN",
  shardMoves: "FORBIDDEN",
  shardRebalancePlan: "FORBIDDEN",
  revision: "FORBIDDEN",
  silencePreview: "answered",
  silences: "answered",
  viewer: "answered",
  waitForRollout: "answered",
  watchdogs: "answered",
};
const subscriptions: typeof queries = { alertEvents: "answered", revisions: "FORBIDDEN", silenceEvents: "answered" };

let app: SampleApp;
beforeAll(async () => {
  app = await startSampleApp({ access: { anonymous: "VIEWER" } });
});

const ask = (query: string, variables: object = {}, headers = {}) => app.graphql(null, query, variables, headers);

/** An operation on each root field of a kind, with arguments that name what exists. */
function operations(kind: `${RootField["kind"]}`) {
  return rootFields(app.app.schema, kind).map((field) => {
    const existing = existingIds(app.ids, field.name);
    const { query, variables } = operationOn(field, (path, type) =>
      field.name === "project" && path.join() === "name" ? "victim" : existing(path, type),
    );
    return { name: field.name, query, variables };
  });
}

describe("on a public board somebody without a name", () => {
  it("may know that the board is public", async () => {
    const ways = await fetch(new URL("/auth/ways", app.url));
    expect(await ways.json()).toEqual({ ways: ["API_TOKEN", "ANONYMOUS"] });
  });

  it("gets from every field of Query what the list above says", async () => {
    const outcomes: Record<string, unknown> = {};
    for (const { name, query, variables } of operations("query")) {
      const answer = await ask(query, variables);
      outcomes[name] = answer.data?.[name] == null ? codesOf(answer)[0] : "answered";
    }
    expect(outcomes).toEqual(queries);
  });

  it("gets from every subscription what the list above says", async () => {
    const outcomes: Record<string, unknown> = {};
    for (const { name, query, variables } of operations("subscription")) {
      const stream = await subscribe(app.url, null, query, variables);
      const [result] = await stream.first(1);
      outcomes[name] = result?.errors?.[0]?.extensions.code ?? "answered";
      stream.close();
    }
    expect(outcomes).toEqual(subscriptions);
  });

  it("can change nothing, by no mutation, and reaches no database and no Alertmanager with one", async () => {
    const before = await app.stored();
    const outcomes: Record<string, unknown> = {};
    const statements = await app.statementsOf(async () => {
      for (const { name, query, variables } of operations("mutation")) {
        const answer = await ask(query, variables, { "idempotency-key": name });
        outcomes[name] = [answer.status, codesOf(answer), answer.data];
      }
    });
    expect(Object.keys(outcomes).length).toBeGreaterThanOrEqual(20);
    const forbidden = Object.keys(outcomes).map((name) => [name, [403, ["FORBIDDEN"], undefined]]);
    expect(outcomes).toEqual(Object.fromEntries(forbidden));
    expect(statements).toEqual([]);
    expect(await app.stored()).toEqual(before);
  });

  it("sees a project, and of people and secrets nothing: not below it, nor by an id", async () => {
    const { auditEntries } = await app.data(app.operator, "{ auditEntries(first: 1) { nodes { id } } }");
    const { data } = await ask(
      `query ($ids: [ID!]!) {
        project(name: "victim") {
          name viewerRole apiTokens { nodes { id } } auditEntries { nodes { id } } contactGroups { nodes { id } } defaultContactGroup { id }
          rules { nodes { id } } scrapeJobs { nodes { name } }
        }
        nodes(ids: $ids) { id }
        viewer { kind name globalRole everyProjectRole memberships { role } }
      }`,
      { ids: [app.ids.cgr, app.ids.tok, auditEntries.nodes[0].id, app.ids.job] },
    );
    expect(data).toEqual({
      project: {
        name: "victim",
        viewerRole: "VIEWER",
        apiTokens: null,
        auditEntries: null,
        contactGroups: null,
        defaultContactGroup: null,
        rules: { nodes: [{ id: app.ids.rul }] },
        scrapeJobs: { nodes: [{ name: "node" }] },
      },
      nodes: [null, null, null, { id: app.ids.job }],
      viewer: {
        kind: "ANONYMOUS",
        name: "anonymous",
        globalRole: null,
        everyProjectRole: "VIEWER",
        memberships: [],
      },
    });
  });

  it.each([
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Query") { name } }',
    "{ viewer { name } shape: __schema { queryType { name } } }",
    'query { ...Hidden } fragment Hidden on Query { ... on Query { __type(name: "Project") { name } } }',
  ])("does not learn the schema by %s, also when the document is known already", async (query) => {
    expect((await app.graphql(app.operator, query)).status).toBe(200);
    for (let time = 0; time < 2; time++) {
      const answer = await ask(query);
      expect([answer.status, codesOf(answer), messagesOf(answer), answer.data]).toEqual([
        403,
        ["FORBIDDEN"],
        ["Sign in first: without a name you may only read."],
        undefined,
      ]);
    }
    expect((await app.graphql(app.operator, query)).status).toBe(200);
  });

  it("may ask for the type of what is there", async () => {
    expect((await ask("{ __typename viewer { __typename } }")).data).toEqual({
      __typename: "Query",
      viewer: { __typename: "Viewer" },
    });
  });

  it("is given no name that is near to a wrong one", async () => {
    for (const [query, variables] of [
      ["{ viewr { name } }"],
      ['{ project(nam: "a") { id } }'],
      ["{ ... on Projekt { id } }"],
      ["{ projects(orderBy: NAME_AS) { totalCount } }"],
      ["query ($filter: ProjectFilter) { projects(filter: $filter) { totalCount } }", { filter: { serch: "" } }],
    ] as const) {
      const answer = await ask(query, variables);
      expect(answer.status).toBe(400);
      expect(messagesOf(answer).filter((message) => /did you mean/i.test(message))).toEqual([]);
    }
  });

  it("may spend on an operation no more than others", async () => {
    const query = "{ projects(first: 100) { nodes { rules(first: 100) { nodes { project { id } } } } } }";
    const [stranger, reader] = [await ask(query), await app.graphql(await app.token("READER"), query)];
    expect(stranger.errors?.map(({ message, extensions }) => [message, extensions.code, extensions.limit])).toEqual(
      reader.errors?.map(({ message, extensions }) => [message, extensions.code, extensions.limit]),
    );
    expect(codesOf(stranger)).toEqual(["COST_LIMIT"]);
  });

  it.each([
    ["authorization", `Bearer mi_${"a".repeat(43)}`],
    ["authorization", "Bearer eyJhbGciOiJub25lIn0.e30."],
    ["authorization", "Bearer"],
    ["authorization", "Bearer two words"],
    ["authorization", "mi_without-its-scheme"],
    ["x-auth-token", "gAAAAABnonsense"],
    ["x-auth-token", ""],
  ])("is not what one becomes with a bad token: %s: %s", async (name, value) => {
    const answer = await ask("{ viewer { kind } }", {}, { [name]: value });
    expect([answer.status, codesOf(answer), answer.data]).toEqual([401, ["UNAUTHENTICATED"], undefined]);
  });
});
