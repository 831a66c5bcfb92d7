import { beforeAll, describe, expect, it } from "vitest";
import {
  equal,
  hourMs,
  inMs,
  not,
  type Person,
  regex,
  type SilencedProjects,
  startSilencedProjects,
} from "./silenced-projects.js";

let projects: SilencedProjects;
const ids: Record<string, string> = {};

/** Comments of the silences in force that pass, in the order of the list. */
async function listed(who: Person, filter: object = {}, orderBy?: string): Promise<string[]> {
  const query = `query ($filter: SilenceFilter, $orderBy: SilenceOrder) {
    silences(filter: $filter, orderBy: $orderBy) { nodes { comment } totalCount } }`;
  const variables = { filter: { states: ["ACTIVE", "PENDING"], ...filter }, ...(orderBy ? { orderBy } : {}) };
  const { silences } = await projects.as(who, query, variables);
  expect(silences.totalCount).toBe(silences.nodes.length);
  return silences.nodes.map(({ comment }: { comment: string }) => comment);
}
const some = async (who: Person, filter: object) => (await listed(who, filter)).sort();

beforeAll(async () => {
  projects = await startSilencedProjects();
  const { make, makeBeside, beta } = projects;
  ids.own = await make({ comment: "own", duration: "3h", startsAt: inMs(hourMs) });
  ids.nothing = await make({ comment: "nothing", matchers: [equal("alertname", "Elsewhere")], duration: "2h" });
  ids.foreign = await make({ comment: "foreign", project: beta });
  ids.platform = await makeBeside([equal("alertname", "Down")], { comment: "platform", endsAt: inMs(9 * hourMs) });
  ids.both = await makeBeside([regex("project", "alpha|beta"), equal("severity", "page")], { comment: "both" });
  ids.others = await makeBeside([not("project", "alpha"), equal("alertname", "Down")], { comment: "others" });
});

describe("a list of silences", () => {
  it("begins with those that changed last, or on demand with those that end first or began last", async () => {
    const byChange = ["others", "both", "platform", "foreign", "nothing", "own"];
    expect(await listed("operator")).toEqual(byChange);
    expect(await listed("operator", {}, "UPDATED_AT_DESC")).toEqual(byChange);
    const byEnd = await listed("operator", {}, "ENDS_AT_ASC");
    expect(byEnd.slice(3)).toEqual(["nothing", "own", "platform"]);
    expect(byEnd.slice(0, 3).sort()).toEqual(["both", "foreign", "others"]);
    expect((await listed("operator", {}, "STARTS_AT_DESC")).slice(0, 2)).toEqual(["own", "others"]);
  });

  it("is read on where a page ends, in each order and of a project too", async () => {
    const query = `query ($id: ID!, $after: String, $orderBy: SilenceOrder) { node(id: $id) { ... on Project {
      silences(first: 2, after: $after, orderBy: $orderBy) { nodes { comment } pageInfo { endCursor hasNextPage } } } } }`;
    const page = async (variables: object) =>
      (await projects.as("member", query, { id: projects.alpha, ...variables })).node.silences;
    for (const orderBy of ["UPDATED_AT_DESC", "ENDS_AT_ASC", "STARTS_AT_DESC"]) {
      const first = await page({ orderBy });
      const second = await page({ orderBy, after: first.pageInfo.endCursor });
      expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
      const comments = [...first.nodes, ...second.nodes].map(({ comment }: { comment: string }) => comment);
      expect(comments.sort()).toEqual(["both", "nothing", "own", "platform"]);
    }
  });

  it("takes no cursor of another order", async () => {
    const query = `query ($after: String, $orderBy: SilenceOrder) {
      silences(first: 1, after: $after, orderBy: $orderBy) { pageInfo { endCursor } } }`;
    const { endCursor } = (await projects.as("operator", query)).silences.pageInfo;
    expect(await projects.ask("operator", query, { after: endCursor, orderBy: "ENDS_AT_ASC" })).toMatchObject({
      errors: [{ extensions: { code: "BAD_USER_INPUT", path: ["after"] } }],
    });
  });

  it("can be of those that would keep an alert with some labels quiet", async () => {
    const down = { alertname: "Down", severity: "page", project: "alpha" };
    expect(await some("operator", { labels: down })).toEqual(["both", "own", "platform"]);
    expect(await some("operator", { labels: { ...down, project: "beta" } })).toEqual([
      ...["both", "foreign", "others", "platform"],
    ]);
    expect(await some("operator", { labels: { alertname: "Down" } })).toEqual(["others", "platform"]);
    expect(await some("betaMember", { labels: down })).toEqual(["both", "platform"]);
    expect(await some("operator", { labels: {} })).toEqual([]);
  });

  it("can be of those that match nothing now, as far as the caller may read", async () => {
    expect(await some("operator", { hitsNothing: true })).toEqual(["nothing"]);
    expect(await some("operator", { hitsNothing: false })).toEqual(["both", "foreign", "others", "own", "platform"]);
    expect(await some("member", { hitsNothing: true })).toEqual(["nothing"]);
    // It hits alpha's alert, of which nobody of beta is to know.
    expect(await some("betaMember", { hitsNothing: true })).toEqual(["both"]);
    expect(await some("betaMember", { hitsNothing: false })).toEqual(["foreign", "others", "platform"]);
  });

  it("can be of those that the caller may change", async () => {
    expect(await some("member", { viewerCanEdit: true })).toEqual(["nothing", "own"]);
    expect(await some("member", { viewerCanEdit: false })).toEqual(["both", "platform"]);
    expect(await some("betaMember", { viewerCanEdit: true })).toEqual(["foreign"]);
    for (const who of ["viewer", "reader"] as const) expect(await some(who, { viewerCanEdit: true })).toEqual([]);
    expect(await some("operator", { viewerCanEdit: true })).toHaveLength(6);
    const ended = await projects.make({ comment: "ended" });
    const expire = `mutation ($id: ID!) { silenceExpire(id: $id) { silence { viewerCanEdit } } }`;
    await projects.as("member", expire, { id: ended });
    expect(await some("operator", { states: ["EXPIRED"], viewerCanEdit: true })).toEqual([]);
    expect(await some("operator", { states: ["EXPIRED"], viewerCanEdit: false })).toEqual(["ended"]);
  });

  it("refuses a filter with more labels than any alert has", async () => {
    const labels = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`l${index}`, "x"]));
    const query = `query ($filter: SilenceFilter) { silences(filter: $filter) { totalCount } }`;
    expect(await projects.ask("member", query, { filter: { labels } })).toMatchObject({
      errors: [
        {
          message: '"filter.labels" may hold at most 100 values.',
          extensions: { code: "BAD_USER_INPUT", path: ["filter", "labels"] },
        },
      ],
    });
  });
});

describe("a silence of the platform", () => {
  const seen = async (who: Person, id: string | undefined) => {
    const query = `query ($id: ID!) { node(id: $id) { ... on Silence {
      viewerCanEdit projects { name } alerts { nodes { name project { name } } } } } }`;
    const { node } = await projects.as(who, query, { id });
    if (node === null) return null;
    const alerts = node.alerts.nodes.map(
      (alert: { name: string; project: { name: string } | null }) => `${alert.name} of ${alert.project?.name}`,
    );
    const names = node.projects.map(({ name }: { name: string }) => name);
    return { viewerCanEdit: node.viewerCanEdit, projects: names, alerts: alerts.sort() };
  };

  it("is shown to those whose alerts it hits, with their own alone, and not for them to change", async () => {
    const readOnly = { viewerCanEdit: false };
    expect(await seen("member", ids.platform)).toEqual({ ...readOnly, projects: ["alpha"], alerts: ["Down of alpha"] });
    expect(await seen("betaMember", ids.platform)).toEqual({
      ...{ ...readOnly, projects: ["beta"], alerts: ["Down of beta"] },
    });
    expect(await seen("member", ids.both)).toEqual({ ...readOnly, projects: ["alpha"], alerts: ["Down of alpha"] });
    expect(await seen("betaMember", ids.both)).toEqual({ ...readOnly, projects: ["beta"], alerts: [] });
    expect(await seen("betaMember", ids.others)).toEqual({ ...readOnly, projects: ["beta"], alerts: ["Down of beta"] });
    expect(await seen("member", ids.others)).toBeNull();
    const down = ["Down of alpha", "Down of beta", "Down of undefined"];
    expect(await seen("reader", ids.platform)).toEqual({ ...readOnly, projects: ["alpha", "beta"], alerts: down });
    expect(await seen("operator", ids.both)).toEqual({
      ...{ viewerCanEdit: true, projects: ["alpha", "beta"], alerts: ["Down of alpha"] },
    });
  });
});
