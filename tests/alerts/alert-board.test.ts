import { beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const config = `
route:
  receiver: quiet
  group_wait: 1s
  group_interval: 1s
  group_by: [project]
  routes:
    - matchers: ['project="alpha"']
      receiver: alpha/ops
      group_by: [severity, alertname]
      continue: true
    - matchers: ['project="alpha"', 'severity="page"']
      receiver: alpha/pager
      group_by: ['...']
    - matchers: ['project="beta"']
      receiver: beta/ops
receivers: [{name: quiet}, {name: alpha/ops}, {name: alpha/pager}, {name: beta/ops}]
inhibit_rules: [{source_matchers: ['alertname="Root"'], target_matchers: ['alertname="Leaf"']}]
`;
const posted: readonly Readonly<Record<string, string>>[] = [
  { alertname: "Down", project: "alpha", severity: "page", instance: "a-1" },
  { alertname: "Down", project: "alpha", severity: "page", instance: "a-2" },
  { alertname: "Down", project: "alpha", severity: "warn", instance: "a-3", zone: "a" },
  { alertname: "Leaf", project: "alpha", zone: "b" },
  { alertname: "Down", project: "beta", severity: "info", instance: "b-1", zone: "a" },
  { alertname: "Root", project: "beta", severity: "page" },
];

let alertmanager: Alertmanager;
let app: TestApp;
let ofAlpha: string;
let ofNobody: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  alertmanager = await startAlertmanager({ config });
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
  });
  for (const name of ["alpha", "beta", "gamma"]) {
    const create = `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`;
    ids[name] = (await app.data(app.operator, create)).projectCreate.project.id;
  }
  ofAlpha = await app.token({ [ids.alpha ?? ""]: "VIEWER" });
  ofNobody = await app.token({ [ids.gamma ?? ""]: "VIEWER" });
  const annotations = { runbook: "https://example.org/r" };
  const startsAt = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`;
  await alertmanager.postAlerts(posted.map((labels, index) => ({ labels, annotations, startsAt: startsAt(index) })));
  await waitFor(
    async () => {
      const query = "{ alertCounts { total suppressed } alertmanagers { members { version } } }";
      const { alertCounts, alertmanagers } = await app.data(app.operator, query);
      // With the version its routes are known.
      const [{ version }] = alertmanagers[0].members;
      return version !== null && alertCounts?.total === posted.length && alertCounts.suppressed === 1;
    },
    { what: "the alerts to be in the graph, and how they are grouped" },
  );
});

interface GroupPage {
  readonly nodes: readonly { readonly labels: { readonly alertname: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

describe("groups of alerts", () => {
  const selection =
    "{ totalCount nodes { receiver labels counts { total active suppressed } alerts { nodes { labels } } } }";
  const groups = async (token: string, args = "") =>
    (await app.data(token, `{ alertGroups${args} ${selection} }`)).alertGroups;

  test("are by default those that notifications have, of each receiver by the labels of its route", async () => {
    const { totalCount, nodes } = await groups(ofAlpha);
    expect(totalCount).toBe(5);
    const group = (receiver: string, labels: object, ...members: number[]) => ({
      receiver,
      labels,
      counts: expect.objectContaining({ total: members.length }),
      alerts: { nodes: members.map((member) => ({ labels: posted[member] })) },
    });
    expect(nodes).toEqual([
      group("alpha/pager", posted[0] ?? {}, 0),
      group("alpha/pager", posted[1] ?? {}, 1),
      group("alpha/ops", { alertname: "Down", severity: "page" }, 1, 0),
      group("alpha/ops", { alertname: "Down", severity: "warn" }, 2),
      group("alpha/ops", { alertname: "Leaf" }, 3),
    ]);
    const ofBeta = (await groups(app.operator)).nodes.filter(
      (one: { receiver: string }) => one.receiver === "beta/ops",
    );
    expect(ofBeta).toEqual([group("beta/ops", { project: "beta" }, 5, 4)]);
  });

  test("are those that the Alertmanager itself tells of", async () => {
    const theirs = (await alertmanager.api("/api/v2/alerts/groups")) as {
      readonly receiver: { readonly name: string };
      readonly labels: object;
      readonly alerts: readonly { readonly fingerprint: string }[];
    }[];
    const query = `{ alertGroups { nodes { receiver labels alerts(first: 100) { nodes { fingerprint } } } } }`;
    const { nodes } = (await app.data(app.operator, query)).alertGroups;
    const textOf = (receiver: string, labels: object, alerts: readonly { readonly fingerprint: string }[]) =>
      JSON.stringify([receiver, Object.entries(labels).sort(), alerts.map(({ fingerprint }) => fingerprint).sort()]);
    expect(
      nodes.map(({ receiver, labels, alerts }: (typeof nodes)[0]) => textOf(receiver, labels, alerts.nodes)).sort(),
    ).toEqual(theirs.map(({ receiver, labels, alerts }) => textOf(receiver.name, labels, alerts)).sort());
  });

  test("are by any labels, with those that lack one in a group of their own", async () => {
    const { totalCount, nodes } = await groups(app.operator, `(groupBy: ["zone", "zone"])`);
    expect(totalCount).toBe(3);
    expect(nodes.map(({ receiver, labels, counts }: (typeof nodes)[0]) => [receiver, labels, counts])).toEqual([
      [null, {}, { total: 3, active: 3, suppressed: 0 }],
      [null, { zone: "a" }, { total: 2, active: 2, suppressed: 0 }],
      [null, { zone: "b" }, { total: 1, active: 0, suppressed: 1 }],
    ]);
    expect(await groups(ofAlpha, `(groupBy: [], filter: { severities: ["page"] })`)).toEqual({
      totalCount: 1,
      nodes: [
        {
          ...{ receiver: null, labels: {}, counts: { total: 2, active: 2, suppressed: 0 } },
          alerts: { nodes: [{ labels: posted[1] }, { labels: posted[0] }] },
        },
      ],
    });
    expect(await groups(ofNobody, `(groupBy: ["project"])`)).toEqual({ totalCount: 0, nodes: [] });
  });

  test.each([
    ["LABELS", ["Down", "Leaf", "Root"]],
    ["SEVERITY", ["Down", "Root", "Leaf"]],
    ["NEWEST_FIRST", ["Root", "Down", "Leaf"]],
    ["OLDEST_FIRST", ["Down", "Leaf", "Root"]],
    ["MOST_ALERTS", ["Down", "Leaf", "Root"]],
  ])("are ordered by %s, and paged", async (order, wanted) => {
    const found: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const query = `query ($after: String) { alertGroups(groupBy: ["alertname"], orderBy: ${order}, first: 2, after: $after) {
        nodes { labels } pageInfo { hasNextPage endCursor } } }`;
      const { nodes, pageInfo }: GroupPage = (await app.data(app.operator, query, { after })).alertGroups;
      found.push(...nodes.map(({ labels }) => labels.alertname));
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
    }
    expect(found).toEqual(wanted);
  });

  test("show what their alerts share, and page through them", async () => {
    const query = `query ($after: String) { project(name: "alpha") { alertGroups(groupBy: ["alertname"], first: 1) { counts { total } nodes {
      id severity commonLabels commonAnnotations newestStartsAt oldestStartsAt
      alerts(first: 2, after: $after) { totalCount nodes { labels } pageInfo { hasNextPage endCursor } } } } } }`;
    const [group] = (await app.data(ofAlpha, query)).project.alertGroups.nodes;
    expect(group).toEqual({
      id: expect.stringMatching(/^agr_[\w-]{22}$/),
      severity: "page",
      commonLabels: { alertname: "Down", project: "alpha" },
      commonAnnotations: { runbook: "https://example.org/r" },
      newestStartsAt: "2026-01-01T00:02:00.000Z",
      oldestStartsAt: "2026-01-01T00:00:00.000Z",
      alerts: {
        totalCount: 3,
        nodes: [{ labels: posted[2] }, { labels: posted[1] }],
        pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
      },
    });
    const { project } = await app.data(ofAlpha, query, { after: group.alerts.pageInfo.endCursor });
    expect(project.alertGroups.nodes[0]).toMatchObject({ id: group.id, alerts: { nodes: [{ labels: posted[0] }] } });
  });

  test.each([
    [`groupBy: ["a b"]`, ["groupBy", "0"]],
    [`groupBy: [${Array.from({ length: 11 }, (_, index) => `"l${index}"`)}]`, ["groupBy"]],
    [`filter: { matchers: ["nonsense"] }`, ["filter", "matchers", "0"]],
    [`first: 101`, ["first"]],
  ])("refuse %s", async (args, path) => {
    const { errors } = await app.graphql(ofAlpha, `{ alertGroups(${args}) { totalCount } }`);
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path } }]);
  });
});

describe("counts", () => {
  const counts = "{ total active suppressed unprocessed acknowledged severities { severity total active suppressed } }";

  test("are by state and severity, the worst first, of what the caller may see and the filter takes", async () => {
    const severity = (name: string | null, total: number, suppressed = 0) => {
      return { severity: name, total, active: total - suppressed, suppressed };
    };
    const query = `{ alertCounts ${counts} few: alertCounts(filter: { severities: ["page"] }) { total }
      project(name: "alpha") { alertCounts(filter: { states: [ACTIVE] }) { total } } }`;
    expect(await app.data(ofAlpha, query)).toEqual({
      alertCounts: {
        ...{ total: 4, active: 3, suppressed: 1, unprocessed: 0, acknowledged: 0 },
        severities: [severity("page", 2), severity("warn", 1), severity(null, 1, 1)],
      },
      few: { total: 2 },
      project: { alertCounts: { total: 3 } },
    });
    expect(await app.data(ofNobody, `{ alertCounts { total severities { severity } } }`)).toEqual({
      alertCounts: { total: 0, severities: [] },
    });
  });
});

describe("labels", () => {
  test("are told with how many alerts have them, the most frequent first", async () => {
    const query = `{ alertLabelNames(first: 4) { name count values(first: 2) { value count } } }`;
    expect((await app.data(app.operator, query)).alertLabelNames).toEqual([
      {
        name: "alertname",
        count: 6,
        values: [
          { value: "Down", count: 4 },
          { value: "Leaf", count: 1 },
        ],
      },
      {
        name: "project",
        count: 6,
        values: [
          { value: "alpha", count: 4 },
          { value: "beta", count: 2 },
        ],
      },
      {
        name: "severity",
        count: 5,
        values: [
          { value: "page", count: 3 },
          { value: "info", count: 1 },
        ],
      },
      {
        name: "instance",
        count: 4,
        values: [
          { value: "a-1", count: 1 },
          { value: "a-2", count: 1 },
        ],
      },
    ]);
  });

  test("have values that can be searched, of what the caller may see and the filter takes", async () => {
    const values = async (token: string, args: string) =>
      (await app.data(token, `{ alertLabelValues(${args}) { value count } }`)).alertLabelValues;
    expect(await values(ofAlpha, `name: "project"`)).toEqual([{ value: "alpha", count: 4 }]);
    expect(await values(app.operator, `name: "instance", search: "A-", first: 2`)).toEqual([
      { value: "a-1", count: 1 },
      { value: "a-2", count: 1 },
    ]);
    expect(await values(app.operator, `name: "alertname", filter: { projects: ["beta"] }`)).toEqual([
      { value: "Down", count: 1 },
      { value: "Root", count: 1 },
    ]);
    expect(await values(app.operator, `name: "constructor"`)).toEqual([]);
    expect((await app.data(ofAlpha, `{ alertLabelNames(search: "ZO") { name } }`)).alertLabelNames).toEqual([
      { name: "zone" },
    ]);
  });
});

describe("who knows a revision", () => {
  test("is told that nothing changed, until something has", async () => {
    const query = `query ($known: String) {
      alerts(knownRevision: $known) { isUnchanged revision totalCount nodes { name } counts { total } }
      alertGroups(groupBy: [], knownRevision: $known) { isUnchanged revision nodes { labels } counts { total } }
      project(name: "alpha") { alerts(knownRevision: $known) { isUnchanged revision nodes { name } }
        alertGroups(knownRevision: $known) { isUnchanged revision nodes { labels } } } }`;
    const first = await app.data(ofAlpha, query);
    const known = first.alerts.revision;
    expect(first.alerts).toMatchObject({ isUnchanged: false, nodes: { length: 4 } });
    expect(await app.data(ofAlpha, query, { known })).toEqual({
      alerts: { isUnchanged: true, revision: known, totalCount: 4, nodes: [], counts: { total: 4 } },
      alertGroups: { isUnchanged: true, revision: known, nodes: [], counts: { total: 4 } },
      project: {
        alerts: { isUnchanged: true, revision: known, nodes: [] },
        alertGroups: { isUnchanged: true, revision: known, nodes: [] },
      },
    });
    // What is only heard of again is nothing new.
    const { updatedAt } = (await app.data(ofAlpha, "{ alerts(first: 1) { nodes { updatedAt } } }")).alerts.nodes[0];
    await alertmanager.postAlerts(
      posted.map((labels, index) => {
        const annotations = { runbook: "https://example.org/r" };
        return { labels, annotations, startsAt: `2026-01-01T00:0${index}:00.000Z` };
      }),
    );
    const isHeardOf = async () =>
      (await app.data(ofAlpha, "{ alerts(first: 1) { nodes { updatedAt } } }")).alerts.nodes[0].updatedAt !== updatedAt;
    await waitFor(isHeardOf, { what: "the alerts to be heard of again" });
    expect((await app.data(ofAlpha, query, { known })).alerts.isUnchanged).toBe(true);

    // Whoever may see something else is told so, though no alert has changed.
    expect((await app.data(app.operator, query, { known })).alerts.isUnchanged).toBe(false);
    await alertmanager.postAlerts([{ labels: { alertname: "New", project: "beta" } }]);
    const isKnown = async () => (await app.data(ofAlpha, query, { known })).alerts.isUnchanged;
    await waitFor(async () => !(await isKnown()), { what: "the revision to change" });
    expect((await app.data(ofAlpha, query, { known: "nonsense" })).alerts).toMatchObject({ isUnchanged: false });
  });
});

test("nobody finds out by a filter which alert of others keeps theirs quiet", async () => {
  const query = `query ($by: [String!]) { alerts(filter: { inhibitedBy: $by }) { nodes { name } } all: alerts { nodes { name fingerprint } } }`;
  const { all } = await app.data(app.operator, query, { by: [] });
  const root = all.nodes.find(({ name }: { name: string }) => name === "Root").fingerprint;
  expect((await app.data(app.operator, query, { by: [root] })).alerts.nodes).toEqual([{ name: "Leaf" }]);
  expect((await app.data(ofAlpha, query, { by: [root] })).alerts.nodes).toEqual([]);
  expect((await app.data(ofAlpha, `{ alerts(filter: { inhibited: true }) { nodes { name } } }`)).alerts.nodes).toEqual([
    { name: "Leaf" },
  ]);
});

test("an alert that two routes lead to one receiver is in its group once", async () => {
  const twice = `
route:
  receiver: quiet
  group_wait: 1s
  routes: [{receiver: ops, group_by: [alertname], continue: true}, {receiver: ops, matchers: ['severity="page"']}]
receivers: [{name: quiet}, {name: ops}]
`;
  const own = await startAlertmanager({ config: twice });
  const watching = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: own.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
  });
  await own.postAlerts([{ labels: { alertname: "Down", severity: "page" } }]);
  const query = "{ alertGroups { nodes { counts { total } alerts { nodes { name receivers } } } } }";
  const nodes = async () => (await watching.data(watching.operator, query)).alertGroups?.nodes ?? [];
  await waitFor(async () => (await nodes()).length > 0, { what: "the group" });
  const alert = { name: "Down", receivers: ["ops"] };
  expect(await nodes()).toEqual([{ counts: { total: 1 }, alerts: { nodes: [alert] } }]);
});
