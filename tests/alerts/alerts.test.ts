import { beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { waitFor } from "../support/wait-for.js";

const config = `
route: {receiver: quiet, group_wait: 1s, group_interval: 1s, routes: [{matchers: ['project="alpha"'], receiver: alpha/ops}]}
receivers: [{name: quiet}, {name: alpha/ops}]
inhibit_rules: [{source_matchers: ['alertname="Root"'], target_matchers: ['alertname="Leaf"']}]
`;
const createProject = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
const soon = expect.toSatisfy((at) => typeof at === "string" && Math.abs(Date.parse(at) - Date.now()) < 60_000);

let alertmanager: Alertmanager;
let app: TestApp;
let ofAlpha: string;
let ofBoth: string;
let ofNobody: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  alertmanager = await startAlertmanager({ config });
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
  });
  for (const name of ["alpha", "beta", "gamma"]) {
    ids[name] = (await app.data(app.operator, createProject, { name })).projectCreate.project.id;
  }
  ofAlpha = await app.token({ [ids.alpha ?? ""]: "VIEWER" });
  ofBoth = await app.token({ [ids.alpha ?? ""]: "VIEWER", [ids.beta ?? ""]: "MEMBER" });
  ofNobody = await app.token({ [ids.gamma ?? ""]: "ADMIN" });
  const startsAt = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`;
  await alertmanager.postAlerts([
    {
      labels: { alertname: "Down", project: "alpha", severity: "page", instance: "a-1" },
      annotations: { summary: "a-1 is down" },
      startsAt: startsAt(1),
      generatorURL: "http://prometheus/graph",
    },
    { labels: { alertname: "Leaf", project: "alpha" }, startsAt: startsAt(2) },
    { labels: { alertname: "Root", project: "beta" }, startsAt: startsAt(3) },
    { labels: { alertname: "Deleted", project: "delta" }, startsAt: startsAt(4) },
    { labels: { alertname: "Platform" }, startsAt: startsAt(5) },
  ]);
  const all = `{ alerts { nodes { name state } } }`;
  await waitFor(
    async () => {
      const { alerts } = await app.data(app.operator, all);
      return alerts?.nodes.length === 5 && alerts.nodes.some(({ state }: { state: string }) => state === "SUPPRESSED");
    },
    { what: "the alerts to be in the graph" },
  );
});

const names = async (token: string, args = "") =>
  (await app.data(token, `{ alerts${args} { nodes { name } } }`)).alerts.nodes.map(
    ({ name }: { name: string }) => name,
  );

describe("an alert", () => {
  test("is shown with all that Alertmanager knows of it, and its project", async () => {
    const query = `{ alerts(filter: { matchers: ["alertname=Down"] }) { totalCount nodes {
      id fingerprint name severity project { id name } state labels annotations startsAt endsAt updatedAt
      generatorURL receivers inhibitedBy { name } silencedBy { id } mutedBy clusters } } }`;
    const { alerts } = await app.data(ofAlpha, query);
    const fingerprint = alerts.nodes[0].fingerprint;
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(alerts).toEqual({
      totalCount: 1,
      nodes: [
        {
          id: `alr_${fingerprint}`,
          fingerprint,
          name: "Down",
          severity: "page",
          project: { id: ids.alpha, name: "alpha" },
          state: "ACTIVE",
          labels: { alertname: "Down", project: "alpha", severity: "page", instance: "a-1" },
          annotations: { summary: "a-1 is down" },
          startsAt: "2026-01-01T00:01:00.000Z",
          endsAt: expect.any(String),
          updatedAt: soon,
          generatorURL: "http://prometheus/graph",
          receivers: ["alpha/ops"],
          inhibitedBy: [],
          silencedBy: [],
          mutedBy: [],
          clusters: ["main"],
        },
      ],
    });
    const node = `query ($id: ID!) { node(id: $id) { id ... on Alert { name } } }`;
    expect(await app.data(ofAlpha, node, { id: alerts.nodes[0].id })).toEqual({
      node: { id: `alr_${fingerprint}`, name: "Down" },
    });
  });

  test("shows what inhibits it only to who may see that", async () => {
    const query = `{ alerts(filter: { matchers: ["alertname=Leaf"] }) { nodes { state inhibitedBy { name } } } }`;
    expect(await app.data(ofBoth, query)).toEqual({
      alerts: { nodes: [{ state: "SUPPRESSED", inhibitedBy: [{ name: "Root" }] }] },
    });
    expect(await app.data(ofAlpha, query)).toEqual({ alerts: { nodes: [{ state: "SUPPRESSED", inhibitedBy: [] }] } });
  });
});

describe("a list of alerts", () => {
  test("holds the alerts of the caller's projects and no others", async () => {
    expect(await names(ofAlpha)).toEqual(["Leaf", "Down"]);
    expect(await names(ofBoth)).toEqual(["Root", "Leaf", "Down"]);
    expect(await names(ofNobody)).toEqual([]);
    expect(await names(app.operator)).toEqual(["Platform", "Deleted", "Root", "Leaf", "Down"]);
    expect(await names(await app.token("READER"))).toEqual(["Platform", "Deleted", "Root", "Leaf", "Down"]);
    expect(await names(await app.token("AGENT"))).toEqual(["Deleted", "Root", "Leaf", "Down"]);
  });

  test("cannot be filtered into another project", async () => {
    for (const filter of [
      `{ projects: ["beta"] }`,
      `{ matchers: ["project=beta"] }`,
      `{ matchers: ["project=~b.*"] }`,
      `{ matchers: ["alertname=Root"] }`,
      `{ search: "beta" }`,
    ]) {
      expect(await names(ofAlpha, `(filter: ${filter})`)).toEqual([]);
    }
  });

  test("is ordered and paged, with cursors that fit their own list only", async () => {
    expect(await names(app.operator, "(orderBy: STARTS_AT_ASC)")).toEqual([
      "Down",
      "Leaf",
      "Root",
      "Deleted",
      "Platform",
    ]);
    expect(await names(app.operator, "(orderBy: NAME_ASC)")).toEqual(["Deleted", "Down", "Leaf", "Platform", "Root"]);
    const query = `query ($after: String, $order: AlertOrder! = STARTS_AT_DESC) { alerts(first: 2, after: $after, orderBy: $order) {
      totalCount edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
    const seen: string[] = [];
    let after: string | null = null;
    for (let turn = 0; turn < 3; turn++) {
      const { alerts }: { alerts: Page } = await app.data(app.operator, query, { after });
      expect(alerts).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: turn < 2, hasPreviousPage: turn > 0 } });
      seen.push(...alerts.edges.map(({ node }) => node.name));
      after = alerts.pageInfo.endCursor;
    }
    expect(seen).toEqual(["Platform", "Deleted", "Root", "Leaf", "Down"]);
    const { errors } = await app.graphql(app.operator, query, { after, order: "NAME_ASC" });
    expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  test("takes as many statements for many alerts as for one", async () => {
    const query = (first: number) =>
      `{ alerts(first: ${first}) { nodes { project { name } inhibitedBy { name } silencedBy { id } } } }`;
    const [one, many] = [
      await app.statementsOf(() => app.data(ofBoth, query(1))),
      await app.statementsOf(() => app.data(ofBoth, query(50))),
    ];
    expect(many).toHaveLength(one.length);
  });

  test("refuses what cannot be read, and says where it is", async () => {
    const { data, errors } = await app.graphql(
      ofAlpha,
      `{ alerts(filter: { matchers: ["a=b", "nonsense"] }) { totalCount } }`,
    );
    expect(data).toEqual({ alerts: null });
    expect(errors).toMatchObject([
      {
        message: '"nonsense" is not a matcher: expected a label name, one of = != =~ !~, and a value.',
        extensions: { code: "BAD_USER_INPUT", path: ["filter", "matchers", "1"] },
      },
    ]);
  });

  test("is nobody's without a token", async () => {
    const { errors } = await app.graphql(null, "{ alerts { totalCount } }");
    expect(errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});

test("a project's alerts and their counts are its own", async () => {
  const query = `{ project(name: "alpha") {
    alerts(filter: { states: [ACTIVE] }) { totalCount nodes { name } } alertCounts { total active suppressed unprocessed } } }`;
  expect(await app.data(ofAlpha, query)).toEqual({
    project: {
      alerts: { totalCount: 1, nodes: [{ name: "Down" }] },
      alertCounts: { total: 2, active: 1, suppressed: 1, unprocessed: 0 },
    },
  });
  expect(await app.data(ofNobody, query)).toEqual({ project: null });
});

test("another project's alert looks to the byte like one that does not exist", async () => {
  const { alerts } = await app.data(app.operator, `{ alerts { nodes { id name } } }`);
  const answers = await Promise.all(
    [
      "alr_0000000000000000",
      ...alerts.nodes
        .filter(({ name }: { name: string }) => name !== "Down" && name !== "Leaf")
        .map(({ id }: { id: string }) => id),
    ].map(async (id) => {
      const response = await fetch(app.url, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${ofAlpha}` },
        body: JSON.stringify({
          query: `query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }`,
          variables: { id },
        }),
      });
      // What is left to the asker in this minute says nothing of others.
      return `${response.status} ${(await response.text()).replace(/"remaining":\d+/, '"remaining":0')}`;
    }),
  );
  expect(answers).toHaveLength(4);
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain('{"node":null,"nodes":[null]}');
});

test.each(["alr_xyz", "alr_", "alr_0123456789ABCDEF", "alr_0123456789abcdef0"])("%s is no alert's id", async (id) => {
  const { errors } = await app.graphql(app.operator, `query ($id: ID!) { node(id: $id) { id } }`, { id });
  expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
});

test("the servers behind the graph are shown with their health", async () => {
  const query = `{ alertmanagers { name reachable lastSyncAt error members { name reachable version lastSyncAt error } }
    prometheusServers { name reachable lastSyncAt error } }`;
  expect(await app.data(ofAlpha, query)).toEqual({
    alertmanagers: [
      {
        name: "main",
        reachable: true,
        lastSyncAt: soon,
        error: null,
        members: [
          { name: "am1", reachable: true, version: expect.stringMatching(/^0\./), lastSyncAt: soon, error: null },
        ],
      },
    ],
    prometheusServers: [],
  });
});

test("while no Alertmanager has answered, alerts are unknown and the rest of the page is there", async () => {
  const lonely = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: `http://127.0.0.1:${await freePort()}` }] }],
    prometheus: [{ name: "p1", url: `http://127.0.0.1:${await freePort()}` }],
  });
  await lonely.data(lonely.operator, createProject, { name: "alpha" });
  const query = `{ alerts { totalCount } silences { totalCount } project(name: "alpha") { name alerts { totalCount } alertCounts { total } silences { totalCount } }
    alertmanagers { reachable error } prometheusServers { reachable lastSyncAt error } }`;
  // Before the first answer failed nothing is wrong.
  const isTold = async () => (await lonely.data(lonely.operator, "{ alertmanagers { error } }")).alertmanagers[0].error;
  await waitFor(isTold, { what: "the first answer" });
  expect(await lonely.data(lonely.operator, query)).toEqual({
    alerts: null,
    silences: null,
    project: { name: "alpha", alerts: null, alertCounts: null, silences: null },
    alertmanagers: [{ reachable: false, error: 'Alertmanager "am1" refused the connection.' }],
    prometheusServers: [{ reachable: false, lastSyncAt: null, error: 'Prometheus "p1" refused the connection.' }],
  });
});

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly name: string } }[];
  readonly pageInfo: { readonly endCursor: string };
}
