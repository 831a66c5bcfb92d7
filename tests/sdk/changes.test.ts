import { GraphQLError } from "graphql";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as sdk from "../../sdk/index.js";
import { GraphServer } from "./support/graph-server.js";

/** How many scrape jobs, rules and contact groups a project of the stand-in has; null: it is deleted. */
type Size = readonly [jobs: number, rules: number, groups: number] | null;

let graph: GraphServer;
let client: sdk.Client;
/** The changed projects in order of revision: the n-th changed at revision n + 1. */
let sizes: Size[];
let globalRules: number;
let globalRulesRevision: number;
/** Whether every project is deleted after it was listed. */
let isGone: boolean;
/** The cursor with which the page of changes fails. */
let failsAfter: string | null | undefined;

const limitTier = {
  name: "default",
  samplesPerScrape: 10_000,
  labelsPerSample: 64,
  labelNameLength: 1_024,
  labelValueLength: 2_048,
  bodyBytes: 20_971_520,
  scrapeInterval: "1m",
  scrapeTimeout: "10s",
  leastScrapeInterval: "15s",
  seriesPerRule: 1_000,
  leastRuleInterval: "15s",
};
const times = { version: 1, createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" };

const policy = {
  fingerprint: "f1",
  networks: [{ network: "10.0.0.0/8", allowed: false }],
  hosts: [{ projects: "*", uses: ["TARGETS"], names: ["*.{name}.example"], addresses: true }],
  unresolvedAllowed: true,
  probeRedirects: false,
  credentialsOverHttp: false,
};

const overridden = {
  globalRule: { id: "grl_0", name: "r0", keepFiringFor: null, labels: {}, interval: null, enabled: true },
  expr: 'up{project="p"} == 0',
  for: "5m",
  severity: "page",
  annotations: {},
  enabled: true,
  overridden: true,
};

beforeAll(async () => {
  graph = await GraphServer.start({
    limitTiers: () => [limitTier],
    changedProjects: ({
      sinceRevision,
      first,
      after,
    }: {
      sinceRevision: number;
      first: number;
      after: string | null;
    }) => {
      if (failsAfter !== undefined && after === failsAfter)
        throw new GraphQLError("Who?", { extensions: { code: "UNAUTHENTICATED" } });
      const nodes = sizes
        .map((size, index) => ({
          id: `prj_${index}`,
          name: `p${index}`,
          revision: index + 1,
          deleted: size === null,
          movedAway: false,
          project: size && projectOf(index, size),
        }))
        .filter(({ revision }) => revision > sinceRevision);
      return { ...pageOf(nodes, first, after), revision: sizes.length, globalRulesRevision };
    },
    egressPolicy: () => policy,
    node: ({ id }: { id: string }) => {
      const index = Number(id.slice(4));
      const size = isGone ? null : sizes[index];
      return size ? projectOf(index, size) : null;
    },
    globalRules: ({ first, after }: { first: number; after: string | null }) => {
      const rules = Array.from({ length: globalRules }, (_, i) => ({
        ...ruleOf("grl", i),
        mode: "GLOBAL",
        verifiedByPrometheus: true,
        enforcedExpr: "up == 0",
        parameters: [],
        overridable: false,
        enforcedAnnotations: {},
      }));
      return { ...pageOf(rules, first, after), totalCount: globalRules };
    },
  });
  client = sdk.createClient({ url: graph.url, token: "agent", retry: { baseDelayMs: 1 } });
});
beforeEach(() => {
  graph.reset();
  sizes = [];
  globalRules = 0;
  globalRulesRevision = 0;
  isGone = false;
  failsAfter = undefined;
});

interface PageOf {
  readonly first: number;
  readonly after?: string | null;
}

function pageOf<Item>(items: readonly Item[], first: number, after?: string | null) {
  const start = Number(after ?? 0);
  const end = Math.min(start + first, items.length);
  return { nodes: items.slice(start, end), pageInfo: { hasNextPage: end < items.length, endCursor: String(end) } };
}

function ruleOf(prefix: string, index: number) {
  const common = {
    id: `${prefix}_${index}`,
    name: `r${index}`,
    expr: "up == 0",
    labels: {},
    enabled: true,
    revision: 1,
  };
  return { ...common, ...times, for: "1m", severity: "warning", annotations: {} };
}

function projectOf(index: number, [jobs, rules, groups]: NonNullable<Size>) {
  const list = <Item>(length: number, item: (i: number) => Item) => {
    const all = Array.from({ length }, (_, i) => item(i));
    return ({ first, after }: PageOf) => pageOf(all, first, after);
  };
  return {
    __typename: "Project",
    id: `prj_${index}`,
    name: `p${index}`,
    description: "",
    extraLabels: { team: "a" },
    limitTier: "default",
    revision: index + 1,
    ...times,
    overriddenGlobalRules: index === 1 ? [overridden] : [],
    scrapeJobs: list(jobs, (i) => ({
      id: `job_${i}`,
      name: `j${i}`,
      enabled: true,
      scheme: "HTTP",
      metricsPath: "/metrics",
      params: {},
      staticTargets: [{ host: "10.0.0.1", port: 9100, labels: {} }],
      probe: i === 0 ? { __typename: "IcmpProbe", ipProtocol: "ANY" } : null,
      revision: 1,
    })),
    rules: list(rules, (i) =>
      i % 2 === 0
        ? { __typename: "AlertingRule", ...ruleOf("rul", i), enforcedExpr: 'up{project="p"} == 0' }
        : { __typename: "RecordingRule", ...ruleOf("rul", i), enforcedExpr: 'up{project="p"}' },
    ),
    contactGroups: list(groups, (i) => ({
      id: `cgr_${i}`,
      name: `g${i}`,
      contacts: [{ type: "SLACK", value: "#ops", sendResolved: true, secret: "https://hooks.example.org/s3cret" }],
      isDefault: i === 0,
      revision: 1,
    })),
  };
}

async function pagesOf(args: sdk.ChangesArguments): Promise<sdk.ChangePage[]> {
  const pages = [];
  for await (const page of client.changes(args)) pages.push(page);
  return pages;
}

describe("changes", () => {
  it("are one empty page from one request when nothing changed, global rules or not", async () => {
    sizes = [[1, 1, 1], null];
    globalRulesRevision = 2;
    expect(await pagesOf({ sinceRevision: 2, globalRules: true })).toEqual([
      {
        revision: 2,
        globalRulesRevision: 2,
        limitTiers: [limitTier],
        egressFingerprint: "f1",
        projects: [],
        globalRules: null,
      },
    ]);
    expect(graph.requests.map(({ variables }) => variables)).toEqual([{ sinceRevision: 2, first: 100, after: null }]);
  });

  it("hold the whole configuration of a changed project, and that one is gone", async () => {
    sizes = [null, [1, 2, 1]];
    const [page, ...more] = await pagesOf({ sinceRevision: 0 });
    expect([more, graph.requests.length]).toEqual([[], 1]);
    const rule = { id: "rul_0", name: "r0", expr: "up == 0", interval: null, labels: {}, enabled: true, revision: 1 };
    expect(page).toEqual({
      revision: 2,
      globalRulesRevision: 0,
      limitTiers: [limitTier],
      egressFingerprint: "f1",
      globalRules: null,
      projects: [
        { id: "prj_0", name: "p0", revision: 1, movedAway: false, config: null },
        {
          id: "prj_1",
          name: "p1",
          revision: 2,
          movedAway: false,
          config: {
            id: "prj_1",
            name: "p1",
            openstackId: null,
            description: "",
            extraLabels: { team: "a" },
            aclGroup: null,
            limitTier: "default",
            defaultContactGroup: null,
            revision: 2,
            ...times,
            scrapeJobs: [
              {
                id: "job_0",
                name: "j0",
                enabled: true,
                scheme: "HTTP",
                metricsPath: "/metrics",
                params: {},
                scrapeInterval: null,
                scrapeTimeout: null,
                staticTargets: [{ host: "10.0.0.1", port: 9100, labels: {} }],
                openstackDiscovery: null,
                probe: { __typename: "IcmpProbe", ipProtocol: "ANY" },
                credentials: null,
                revision: 1,
              },
            ],
            rules: [
              {
                __typename: "AlertingRule",
                ...rule,
                enforcedExpr: 'up{project="p"} == 0',
                for: "1m",
                keepFiringFor: null,
                severity: "warning",
                annotations: {},
              },
              { __typename: "RecordingRule", ...rule, id: "rul_1", name: "r1", enforcedExpr: 'up{project="p"}' },
            ],
            overriddenGlobalRules: [overridden],
            contactGroups: [
              {
                id: "cgr_0",
                name: "g0",
                contacts: [
                  {
                    type: "SLACK",
                    value: "#ops",
                    sendResolved: true,
                    secret: "https://hooks.example.org/s3cret",
                    secretProblem: null,
                  },
                ],
                isDefault: true,
                revision: 1,
              },
            ],
          },
        },
      ],
    });
  });

  it("leave out what is not needed of projects, page by page, or all of them with one request", async () => {
    sizes = [...Array.from({ length: 101 }, () => [200, 200, 200] as const), null];
    globalRules = 1;
    globalRulesRevision = 3;
    const pages = await pagesOf({ sinceRevision: 0, projects: "settings" });
    const projects = pages.flatMap((page) => page.projects);
    expect([projects.length, graph.requests.length]).toEqual([102, 2]);
    expect(projects[100]?.config).toMatchObject({ name: "p100", scrapeJobs: [], rules: [], contactGroups: [] });
    expect(projects[101]).toEqual({ id: "prj_101", name: "p101", revision: 102, movedAway: false, config: null });
    for (const { query } of graph.requests) expect(query).not.toMatch(/secret|scrapeJobs|contactGroups/);

    graph.reset();
    const revisions = { revision: 102, globalRulesRevision: 3, limitTiers: [limitTier], egressFingerprint: "f1" };
    expect(await pagesOf({ sinceRevision: 0, projects: "none" })).toEqual([
      { ...revisions, projects: [], globalRules: null },
    ]);
    expect(graph.requests.map(({ variables }) => variables)).toEqual([{ sinceRevision: 0 }]);
    const [page] = await pagesOf({ sinceRevision: 0, projects: "none", globalRules: true });
    expect([page?.projects, page?.globalRules?.map(({ name }) => name)]).toEqual([[], ["r0"]]);
  });

  it("come a hundred projects per request, the next page under way while one is read", async () => {
    sizes = Array.from({ length: 250 }, () => [1, 1, 1]);
    const seen: number[] = [];
    for await (const { projects } of client.changes({ sinceRevision: 0 })) {
      seen.push(...projects.map(({ revision }) => revision));
      await expect.poll(() => graph.requests.length).toBe(Math.min(3, seen.length / 100 + 1));
    }
    expect(seen).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
    expect(graph.requests.length).toBe(3);
  });

  it("hold lists of more than a hundred to their end, all lists of a project in one request per hundred", async () => {
    sizes = [
      [1, 1, 1],
      [250, 101, 1],
      [100, 100, 100],
      [0, 0, 301],
    ];
    const [page] = await pagesOf({ sinceRevision: 0 });
    const lengths = page?.projects.map(({ config }) => [
      config?.scrapeJobs.length,
      config?.rules.length,
      config?.contactGroups.length,
    ]);
    expect(lengths).toEqual(sizes);
    const ids = page?.projects[1]?.config?.scrapeJobs.map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 250 }, (_, i) => `job_${i}`));
    expect(graph.requests.slice(1).map(({ variables }) => variables)).toEqual([
      more("prj_1", { scrapeJobs: "100", rules: "100" }),
      more("prj_1", { scrapeJobs: "200" }),
      more("prj_3", { contactGroups: "100" }),
      more("prj_3", { contactGroups: "200" }),
      more("prj_3", { contactGroups: "300" }),
    ]);
  });

  it("of one project are its whole configuration as it is now, whenever it changed; null once it is gone", async () => {
    sizes = [[101, 1, 1], null, [1, 1, 1]];
    const { projects } = (await pagesOf({ sinceRevision: 0 }))[0] ?? expect.fail();
    for (const { id, config } of projects) expect(await client.projectConfig(id)).toEqual(config);
    expect(projects.map(({ config }) => config?.scrapeJobs.length)).toEqual([101, undefined, 1]);
  });

  it("come with the fingerprint of the policy that they are to be carried out under, which is asked for apart", async () => {
    expect((await pagesOf({ sinceRevision: 0 })).map(({ egressFingerprint }) => egressFingerprint)).toEqual(["f1"]);
    expect(await client.egressPolicy()).toEqual(policy);
  });

  it("say that a project is gone when it goes while its lists are read", async () => {
    sizes = [[101, 1, 1]];
    isGone = true;
    const [page] = await pagesOf({ sinceRevision: 0 });
    expect(page?.projects).toEqual([{ id: "prj_0", name: "p0", revision: 1, movedAway: false, config: null }]);
  });

  it("bring the global rules once, all of them, when they were asked for and changed", async () => {
    sizes = Array.from({ length: 101 }, () => [0, 0, 0]);
    globalRules = 150;
    globalRulesRevision = 50;
    const rulesOf = async (args: sdk.ChangesArguments) =>
      (await pagesOf(args)).map((page) => page.globalRules?.length ?? null);
    expect(await rulesOf({ sinceRevision: 0, globalRules: true })).toEqual([null, 150]);
    expect(graph.requests.length).toBe(4);
    expect(await rulesOf({ sinceRevision: 0 })).toEqual([null, null]);
    expect(await rulesOf({ sinceRevision: 50, globalRules: true })).toEqual([null]);
    expect(await rulesOf({ sinceRevision: 49, globalRules: true })).toEqual([150]);
  });

  it("reject with the error of a page, once that page is asked for", async () => {
    sizes = Array.from({ length: 150 }, () => [0, 0, 0]);
    failsAfter = "100";
    const reading = client.changes({ sinceRevision: 0 });
    expect((await reading.next()).value?.projects.length).toBe(100);
    await expect(reading.next()).rejects.toBeInstanceOf(sdk.AuthenticationError);
  });
});

function more(id: string, after: { scrapeJobs?: string; rules?: string; contactGroups?: string }) {
  return {
    id,
    scrapeJobsAfter: after.scrapeJobs ?? null,
    rulesAfter: after.rules ?? null,
    contactGroupsAfter: after.contactGroups ?? null,
    withScrapeJobs: after.scrapeJobs !== undefined,
    withRules: after.rules !== undefined,
    withContactGroups: after.contactGroups !== undefined,
  };
}
