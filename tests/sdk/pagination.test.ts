import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as sdk from "../../sdk/index.js";
import { Paginated } from "../../sdk/paginated.js";
import { GraphServer, refusing } from "./support/graph-server.js";

const names = Array.from({ length: 250 }, (_, i) => `p${i}`);
const projectOf = (name: string) => ({
  id: name,
  name,
  description: "",
  extraLabels: {},
  limitTier: "default",
  revision: 1,
  version: 1,
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
});

let graph: GraphServer;
let client: sdk.Client;

beforeAll(async () => {
  graph = await GraphServer.start({
    projects: ({ first, after }: { first: number; after: string | null }) => {
      const start = after === null ? 0 : Number(after) + 1;
      const end = Math.min(start + first, names.length);
      const pageInfo = { hasNextPage: end < names.length, endCursor: String(end - 1) };
      return { nodes: names.slice(start, end).map(projectOf), pageInfo, totalCount: names.length };
    },
    node: () => null,
    alerts: () => null,
  });
  client = sdk.createClient({ url: graph.url, token: "t", retry: { baseDelayMs: 1 } });
});
beforeEach(() => graph.reset());

const firsts = () => graph.requests.map(({ variables }) => variables.first);

describe("a list", () => {
  it("sends nothing before it is used", () => {
    client.projects.list();
    expect(graph.requests).toEqual([]);
  });

  it("gives every item once, in order, a hundred per request, as often as it is iterated", async () => {
    const list = client.projects.list({ filter: { search: "p" }, orderBy: "NAME_ASC" });
    for (let time = 0; time < 2; time++) {
      const seen: string[] = [];
      for await (const { name } of list) seen.push(name);
      expect(seen).toEqual(names);
    }
    expect(graph.requests.slice(0, 3).map(({ variables }) => variables)).toEqual([
      { filter: { search: "p" }, orderBy: "NAME_ASC", first: 100, after: null },
      { filter: { search: "p" }, orderBy: "NAME_ASC", first: 100, after: "99" },
      { filter: { search: "p" }, orderBy: "NAME_ASC", first: 100, after: "199" },
    ]);
    expect(graph.requests.length).toBe(6);
  });

  it("fetches no page that is not needed", async () => {
    for await (const { name } of client.projects.list({ pageSize: 10 })) if (name === "p10") break;
    expect(firsts()).toEqual([10, 10]);
  });

  it("skips no page and gives none twice when several items are asked for at once", async () => {
    const items = client.projects.list({ pageSize: 2 })[Symbol.asyncIterator]();
    const three = await Promise.all([items.next(), items.next(), items.next(), items.next(), items.next()]);
    expect(three.map(({ value }) => value?.name)).toEqual(["p0", "p1", "p2", "p3", "p4"]);
    expect(firsts()).toEqual([2, 2, 2]);
  });

  it("becomes an array of no more than the limit, for which it fetches no more", async () => {
    const lengths = [];
    for (const limit of [0, 1, 100, 101, 250, 9999]) {
      lengths.push((await client.projects.list().toArray({ limit })).length);
    }
    expect([lengths, firsts()]).toEqual([
      [0, 1, 100, 101, 250, 250],
      [1, 100, 100, 1, 100, 100, 50, 100, 100, 100],
    ]);
  });

  it("gives single pages with their total, and pages one by one", async () => {
    const { nodes, pageInfo, totalCount } = await client.projects.list().page({ first: 2, after: "4" });
    expect([nodes.map(({ name }) => name), pageInfo, totalCount]).toEqual([
      ["p5", "p6"],
      { hasNextPage: true, endCursor: "6" },
      250,
    ]);
    await client.projects.list().page();
    expect(firsts()).toEqual([2, 50]);
    const sizes = [];
    for await (const page of client.projects.list({ pageSize: 100 }).pages()) sizes.push(page.nodes.length);
    expect(sizes).toEqual([100, 100, 50]);
  });

  it("rejects with the error of the page that failed, having given those before", async () => {
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { name } of client.projects.list({ pageSize: 2 })) {
        seen.push(name);
        if (name === "p1") graph.fail(refusing(200, "FORBIDDEN"));
      }
    })();
    await expect(reading).rejects.toBeInstanceOf(sdk.ForbiddenError);
    expect(seen).toEqual(["p0", "p1"]);
  });

  it("of a project that is not there is not found", async () => {
    const failure = client.scrapeJobs.list({ project: "prj_x" }).toArray({ limit: 1 });
    await expect(failure).rejects.toThrow(
      new sdk.NotFoundError('there is no Project with id "prj_x" that this token may see', { code: "NOT_FOUND" }),
    );
  });

  it("of live data that nobody has is unavailable", async () => {
    const failure = client.alerts.list().toArray({ limit: 1 });
    await expect(failure).rejects.toBeInstanceOf(sdk.UpstreamUnavailableError);
  });
});

describe("pages that do not follow one another", () => {
  const page = (endCursor: string | null) => ({ nodes: [1], pageInfo: { hasNextPage: true, endCursor } });

  it.each([
    ["is missing", [page(null)], 1],
    ["came before", [page("a"), page("a")], 2],
    ["came before", [page("a"), page("b"), page("a")], 3],
  ])("end with an error when the cursor %s", async (what, pages, count) => {
    const rest = [...pages];
    const list = new Paginated<number>(async () => rest.shift() ?? expect.fail("asked for too many pages"));
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of list) seen.push(item);
    })();
    await expect(reading).rejects.toThrow(
      new sdk.PaginationError(`the server says there is a next page, but its cursor ${what}`, { code: "PAGINATION" }),
    );
    expect(seen.length).toBe(count);
  });
});
