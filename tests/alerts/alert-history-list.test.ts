import { beforeAll, expect, it } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import type { TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";
import { createProjects, firing, historyOf, minuteMs, resolved, startHistoryApp, statesOf } from "./history-app.js";

const beganMs = Date.now() - 60 * minuteMs;
/** So many minutes after the first one began. */
const minute = (minutes: number) => new Date(beganMs + minutes * minuteMs).toISOString();

describeOnEachDatabase((database) => {
  let alertmanager: Alertmanager;
  let app: TestApp;
  let ids: Record<string, string>;

  beforeAll(async () => {
    alertmanager = await startAlertmanager();
    app = await startHistoryApp(database.settings, [alertmanager], { access: { anonymous: "VIEWER" } });
    ids = await createProjects(app, "alpha", "beta", "gone");
    const alerts: Record<string, string>[] = [
      { alertname: "A", project: "alpha", severity: "page" },
      { alertname: "B", project: "alpha", severity: "ticket" },
      { alertname: "C", project: "alpha", severity: "page" },
      { alertname: "D", project: "beta" },
      { alertname: "E", project: "gone" },
      { alertname: "F", project: "never-there" },
      { alertname: "G" },
    ];
    const posts = alerts.map((labels, index) => firing(labels, beganMs + index * minuteMs));
    await alertmanager.postAlerts(posts);
    await waitFor(async () => (await historyOf(app, {})).length === posts.length, { what: "all to be recorded" });
    await alertmanager.postAlerts([
      resolved({ alertname: "B", project: "alpha", severity: "ticket" }, beganMs + minuteMs),
    ]);
    await statesOf(app, "B", ["RESOLVED"]);
    await app.data(app.operator, `mutation { projectDelete(id: "${ids.gone}") { deletedId } }`);
    Object.assign(ids, { again: (await createProjects(app, "gone")).gone });
  });

  const names = async (filter: object, token = app.operator) =>
    (await historyOf(app, filter, token)).map(({ name }) => name).join("");

  it("is narrowed by when, what, where and whether it is over", async () => {
    const narrowed = async (filter: object) => [JSON.stringify(filter), await names(filter)];
    const expected: [object, string][] = [
      [{}, "GFEDCBA"],
      [{ since: minute(2) }, "GFEDC"],
      [{ until: minute(2) }, "BA"],
      [{ since: minute(1), until: minute(3) }, "CB"],
      [{ names: ["A", "C", "X"] }, "CA"],
      [{ severities: ["ticket"] }, "B"],
      [{ states: ["FIRING"] }, "GFEDCA"],
      [{ states: ["RESOLVED"] }, "B"],
      [{ states: ["FIRING", "RESOLVED"] }, "GFEDCBA"],
      [{ stillFiringAt: minute(30), until: minute(3) }, "CBA"],
      [{ stillFiringAt: new Date(Date.now() + minuteMs).toISOString(), until: minute(3) }, "CA"],
      [{ projects: ["alpha"], severities: ["page"] }, "CA"],
      [{ projects: ["beta", "nowhere"] }, "D"],
    ];
    for (const [filter, found] of expected) expect(await narrowed(filter)).toEqual([JSON.stringify(filter), found]);
    for (const empty of [{ names: [] }, { severities: [] }, { states: [] }, { projects: [] }]) {
      expect(await narrowed(empty)).toEqual([JSON.stringify(empty), ""]);
    }
    const ofProject = `query ($filter: AlertHistoryFilter) { project(name: "alpha") { alertHistory(filter: $filter) { nodes { name } } } }`;
    for (const [filter, found] of [
      [{}, "CBA"],
      [{ projects: ["alpha"], since: minute(1) }, "CB"],
      [{ projects: ["beta"] }, ""],
    ] as const) {
      const { project } = await app.data(app.operator, ofProject, { filter });
      expect([filter, project.alertHistory.nodes.map(({ name }: { name: string }) => name).join("")]).toEqual([
        filter,
        found,
      ]);
    }
  });

  it("refuses filters with too many values, and pages that are none", async () => {
    const many = Array.from({ length: 101 }, (_, index) => `n${index}`);
    for (const field of ["projects", "names", "severities"]) {
      const query = `query ($filter: AlertHistoryFilter) { alertHistory(filter: $filter) { nodes { id } } }`;
      const { errors } = await app.graphql(app.operator, query, { filter: { [field]: many } });
      const message = `"filter.${field}" may hold at most 100 values.`;
      expect(errors).toMatchObject([{ message, extensions: { code: "BAD_USER_INPUT", path: ["filter", field] } }]);
    }
    for (const field of [
      `alertHistory(first: 0) { leftOut }`,
      `project(name: "alpha") { alertHistoryCounts(first: 101) { leftOut } }`,
    ]) {
      const { errors } = await app.graphql(app.operator, `{ ${field} }`);
      expect(errors).toMatchObject([{ message: '"first" must be between 1 and 100.' }]);
    }
  });

  it("is read on page by page", async () => {
    const query = `query ($after: String) { alertHistory(first: 3, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }`;
    const pages: string[] = [];
    for (let after: string | null = null; ; ) {
      const { alertHistory }: { alertHistory: Page } = await app.data(app.operator, query, { after });
      pages.push(alertHistory.nodes.map(({ name }) => name).join(""));
      after = alertHistory.pageInfo.endCursor;
      if (!alertHistory.pageInfo.hasNextPage) break;
    }
    expect(pages).toEqual(["GFE", "DCB", "A"]);
  });

  it("shows each caller what is of its projects; what is of none, or of a deleted one, only to who reads the platform", async () => {
    const ofAlpha = await app.token({ [ids.alpha ?? ""]: "VIEWER" });
    const ofBeta = await app.token({ [ids.beta ?? ""]: "ADMIN" });
    const ofBoth = await app.token({ [ids.alpha ?? ""]: "VIEWER", [ids.beta ?? ""]: "VIEWER" });
    const ofNewOne = await app.token({ [ids.again ?? ""]: "ADMIN" });
    expect(await names({}, ofAlpha)).toBe("CBA");
    expect(await names({}, ofBeta)).toBe("D");
    expect(await names({}, ofBoth)).toBe("DCBA");
    expect(await names({}, ofNewOne)).toBe("");
    expect(await names({}, await app.token("READER"))).toBe("GFEDCBA");
    expect(await names({}, await app.token("AGENT"))).toBe("DCBA");
    const { data } = await app.graphql(null, "{ alertHistory { nodes { name project { name } } } }");
    expect(data.alertHistory.nodes.map(({ name }: { name: string }) => name).join("")).toBe("DCBA");
    for (const filter of [{ projects: ["alpha"] }, { names: ["A"] }, { severities: ["page"] }]) {
      expect(await names(filter, ofBeta)).toBe("");
    }
    // The new project's alert has the labels, and the fingerprint, of the old one's.
    const ofTheAlert = `{ alerts(filter: { matchers: ["alertname=E"] }) { nodes { name history { nodes { name } } } } }`;
    expect(await app.data(ofNewOne, ofTheAlert)).toEqual({
      alerts: { nodes: [{ name: "E", history: { nodes: [] } }] },
    });
    expect((await app.data(app.operator, ofTheAlert)).alerts.nodes[0].history.nodes).toEqual([{ name: "E" }]);
  });

  it("answers for another's episode as for one that does not exist, to the byte", async () => {
    const ofBeta = await app.token({ [ids.beta ?? ""]: "ADMIN" });
    const others = (await historyOf(app, {})).filter(({ name }) => name !== "D");
    const answers = await Promise.all(
      [...others.map(({ id }) => id), "alh_01jd0000000000000000000000"].map(async (id) => {
        const response = await fetch(app.url, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${ofBeta}` },
          body: JSON.stringify({ query: "query ($id: ID!) { node(id: $id) { id } }", variables: { id } }),
        });
        return `${response.status} ${(await response.text()).replace(/"remaining":\d+/, '"remaining":0')}`;
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('"data":{"node":null}');
    const [own] = await historyOf(app, { names: ["D"] });
    const node = "query ($id: ID!) { node(id: $id) { ... on AlertEpisode { name project { name } } } }";
    expect(await app.data(ofBeta, node, { id: own?.id })).toEqual({ node: { name: "D", project: { name: "beta" } } });
  });

  it("takes as many statements for many projects and alerts as for one", async () => {
    const ofProjects = (first: number) => `{ projects(first: ${first}) { nodes {
      alertHistory(first: 2) { leftOut nodes { name project { name } } } alertHistoryCounts { leftOut names { name } } } } }`;
    const ofAlerts = (first: number) =>
      `{ alerts(first: ${first}, filter: { projects: ["alpha", "beta"] }) { nodes { history(first: 2) { leftOut nodes { name alert { name } } } } } }`;
    for (const query of [ofProjects, ofAlerts]) {
      const [one, many] = [
        await app.statementsOf(() => app.data(app.operator, query(1))),
        await app.statementsOf(() => app.data(app.operator, query(50))),
      ].map((statements) => statements.filter((sql) => /^SELECT/.test(sql)).length);
      expect(many).toBe(one);
    }
  });
});

interface Page {
  readonly nodes: readonly { readonly name: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}
