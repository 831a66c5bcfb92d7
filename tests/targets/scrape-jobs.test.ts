import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const jobFields = `id name enabled scheme metricsPath params scrapeInterval scrapeTimeout version revision project { name }
  staticTargets { host port labels } openstackDiscovery { port nameRegex }
  probe { __typename
    ... on HttpProbe { method path hostHeader headers followRedirects validStatusCodes bodyMatches bodyNotMatches verifyTls ipProtocol }
    ... on TcpProbe { tls ipProtocol } ... on IcmpProbe { ipProtocol }
    ... on DnsProbe { queryName queryType transport answerMatches ipProtocol } }`;
const outcome = "diff { field before after } revision userErrors { code message path }";
const create = `mutation ($input: ScrapeJobCreateInput!, $dryRun: Boolean! = false) {
  scrapeJobCreate(input: $input, dryRun: $dryRun) { scrapeJob { ${jobFields} } ${outcome} }
}`;
const update = `mutation ($id: ID!, $input: ScrapeJobUpdateInput!, $dryRun: Boolean! = false) {
  scrapeJobUpdate(id: $id, input: $input, dryRun: $dryRun) { scrapeJob { ${jobFields} } ${outcome} }
}`;
const remove = `mutation ($id: ID!, $expectedVersion: Int, $dryRun: Boolean! = false) {
  scrapeJobDelete(id: $id, expectedVersion: $expectedVersion, dryRun: $dryRun) { deletedId ${outcome} }
}`;
const state = "{ revision projects { nodes { name version scrapeJobs { nodes { name version } } } } }";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let member: string;
  let viewer: string;
  let stranger: string;
  let project: string;
  let otherProject: string;

  beforeAll(async () => {
    app = await startApp(database.settings, { limits: { tiers: { default: { leastScrapeInterval: "1s" } } } });
    [project, otherProject] = [await createProject(app, "tools"), await createProject(app, "other")];
    member = await app.token({ [project]: "MEMBER" });
    viewer = await app.token({ [project]: "VIEWER" });
    stranger = await app.token({ [otherProject]: "ADMIN" });
  });

  const createJob = async (name: string, rest: object = {}, token = member) =>
    (await app.data(token, create, { input: { project, name, ...rest } })).scrapeJobCreate;
  const updateJob = async (id: string, input: object) =>
    (await app.data(member, update, { id, input })).scrapeJobUpdate;

  it("creates a job with defaults, and one with all there is, hosts in their one spelling", async () => {
    const plain = await createJob("plain");
    expect(plain.scrapeJob).toEqual({
      id: expect.stringMatching(/^job_[0-9a-z]{26}$/),
      name: "plain",
      enabled: true,
      scheme: "HTTP",
      metricsPath: "/metrics",
      params: {},
      scrapeInterval: null,
      scrapeTimeout: null,
      version: 1,
      revision: plain.revision,
      project: { name: "tools" },
      staticTargets: [],
      openstackDiscovery: null,
      probe: null,
    });
    const values = {
      enabled: false,
      scheme: "HTTPS",
      metricsPath: "/a/b",
      params: { module: "x y", "0": "" },
      scrapeInterval: "1m30s",
      scrapeTimeout: "10s",
      openstackDiscovery: { port: 9100, nameRegex: "web-[0-9]+" },
    };
    const targets = [
      { host: "DB1.Example.ORG", port: 9100, labels: { role: "a: {b}\n".trim() } },
      { host: "[2001:DB8::0:1]", port: 1 },
      { host: "127.0.0.1", port: 65_535 },
    ];
    const full = await createJob("full", { ...values, staticTargets: targets });
    expect(full.userErrors).toEqual([]);
    expect(full.scrapeJob).toMatchObject({
      ...values,
      staticTargets: [
        { host: "db1.example.org", port: 9100, labels: { role: "a: {b}" } },
        { host: "2001:db8::1", port: 1, labels: {} },
        { host: "127.0.0.1", port: 65_535, labels: {} },
      ],
    });
    expect(full.diff.map(({ field }: { field: string }) => field)).toEqual([
      "name",
      "enabled",
      "scheme",
      "metricsPath",
      "params",
      "scrapeInterval",
      "scrapeTimeout",
      "staticTargets",
      "openstackDiscovery",
    ]);
    const read = `query ($id: ID!) { node(id: $id) { ... on ScrapeJob { ${jobFields} } } }`;
    expect((await app.data(viewer, read, { id: full.scrapeJob.id })).node).toEqual(full.scrapeJob);
  });

  it("stores each kind of probe, defaults filled in", async () => {
    const http = {
      method: "HEAD",
      path: "/health?x=1",
      hostHeader: "www.example.org",
      headers: { Accept: "text/html" },
      followRedirects: true,
      validStatusCodes: [200, 404],
      bodyMatches: "ok|fine",
      bodyNotMatches: "(?i)error",
      verifyTls: false,
      ipProtocol: "IP6",
    };
    const dns = {
      queryName: "example.org.",
      queryType: "MX",
      transport: "TCP",
      answerMatches: ".*mx1.*",
      ipProtocol: "IP4",
    };
    const plainHttp = {
      __typename: "HttpProbe",
      method: "GET",
      path: "/",
      hostHeader: null,
      headers: {},
      followRedirects: false,
      validStatusCodes: [],
      bodyMatches: null,
      bodyNotMatches: null,
      verifyTls: true,
      ipProtocol: "ANY",
    };
    const nulls = Object.fromEntries(Object.keys(http).map((field) => [field, null]));
    const [host, port] = ["a.example.org", 53];
    const cases: [input: object, stored: object, target: object][] = [
      [{ http }, { __typename: "HttpProbe", ...http }, { host, port }],
      [{ http: nulls }, plainHttp, { host, port }],
      [{ http: {} }, plainHttp, { host, port }],
      [{ tcp: { tls: true } }, { __typename: "TcpProbe", tls: true, ipProtocol: "ANY" }, { host, port }],
      [
        { tcp: { tls: null, ipProtocol: null } },
        { __typename: "TcpProbe", tls: false, ipProtocol: "ANY" },
        { host, port },
      ],
      [{ icmp: {} }, { __typename: "IcmpProbe", ipProtocol: "ANY" }, { host }],
      [{ dns }, { __typename: "DnsProbe", ...dns }, { host, port }],
      [
        { dns: { queryName: "a" } },
        {
          __typename: "DnsProbe",
          queryName: "a",
          queryType: "A",
          transport: "UDP",
          answerMatches: null,
          ipProtocol: "ANY",
        },
        { host, port },
      ],
    ];
    const { scrapeJob } = await createJob("changing probe");
    for (const [index, [probe, stored, target]] of cases.entries()) {
      const created = await createJob(`probe ${index}`, { probe, staticTargets: [target] });
      expect({ errors: created.userErrors, probe: created.scrapeJob.probe }).toEqual({ errors: [], probe: stored });
      const updated = await updateJob(scrapeJob.id, { probe, staticTargets: [target] });
      expect({ errors: updated.userErrors, probe: updated.scrapeJob.probe }).toEqual({ errors: [], probe: stored });
    }
    expect((await updateJob(scrapeJob.id, { probe: null })).scrapeJob.probe).toBeNull();
    for (const probe of [{}, { icmp: {}, tcp: {} }, { icmp: null }, { ftp: {} }]) {
      const { errors } = await app.graphql(member, create, { input: { project, name: "x", probe } });
      expect([probe, errors?.[0]?.extensions.code]).toEqual([probe, "BAD_USER_INPUT"]);
    }
  });

  it("tells every malformed value with its path, and writes nothing", async () => {
    const target = (host: string, port: number | null = 80, labels?: object) => ({
      staticTargets: [{ host, port, labels }],
    });
    const http = (values: object) => ({ probe: { http: values } });
    const dns = (values: object) => ({ probe: { dns: { queryName: "a", ...values } } });
    const discovery = (port: number, nameRegex?: string) => ({ openstackDiscovery: { port, nameRegex } });
    const mistakes: [input: object, path: string, code?: string][] = [
      [{ name: "" }, "name"],
      [{ name: "a " }, "name"],
      [{ name: "a/b" }, "name"],
      [{ name: "a\u0000b" }, "name"],
      [{ name: "{{ $labels.x }}" }, "name"],
      [{ name: "x".repeat(101) }, "name"],
      [{ metricsPath: "metrics" }, "metricsPath"],
      [{ metricsPath: "/metrics?x=1" }, "metricsPath"],
      [{ metricsPath: "/{{ x }}" }, "metricsPath"],
      [{ params: { "match[]": "up" } }, "params.match[]"],
      [{ params: { a: "x\r\ny" } }, "params.a"],
      [{ scrapeInterval: "1.5h" }, "scrapeInterval"],
      [{ scrapeInterval: "30m1h" }, "scrapeInterval"],
      [{ scrapeInterval: "0s" }, "scrapeInterval"],
      [{ scrapeInterval: "2d" }, "scrapeInterval"],
      [{ scrapeInterval: `${"0".repeat(40)}5s` }, "scrapeInterval"],
      [{ scrapeTimeout: "0" }, "scrapeTimeout"],
      [{ scrapeTimeout: "soon" }, "scrapeTimeout"],
      [{ scrapeInterval: "10s", scrapeTimeout: "10s1ms" }, "scrapeTimeout"],
      [target("http://a"), "staticTargets.0.host"],
      [target("a:80"), "staticTargets.0.host"],
      [target("a b"), "staticTargets.0.host"],
      [target("a\r\nHost: b"), "staticTargets.0.host"],
      [target("{{ x }}"), "staticTargets.0.host"],
      [target("2130706433"), "staticTargets.0.host"],
      [target("fe80::1%eth0"), "staticTargets.0.host"],
      [target("a", 0), "staticTargets.0.port"],
      [target("a", 65_536), "staticTargets.0.port"],
      [target("a", -1), "staticTargets.0.port"],
      [target("a", null), "staticTargets.0.port"],
      [{ ...target("a", 80), probe: { icmp: {} } }, "staticTargets.0.port"],
      [{ ...target("a", null), probe: { tcp: {} } }, "staticTargets.0.port"],
      [target("a", 80, { project: "other" }), "staticTargets.0.labels.project"],
      [target("a", 80, { job: "x" }), "staticTargets.0.labels.job"],
      [target("a", 80, { instance: "x" }), "staticTargets.0.labels.instance"],
      [target("a", 80, { __address__: "x" }), "staticTargets.0.labels.__address__"],
      [target("a", 80, { __param_target: "x" }), "staticTargets.0.labels.__param_target"],
      [target("a", 80, { "a-b": "x" }), "staticTargets.0.labels.a-b"],
      [target("a", 80, { a: "" }), "staticTargets.0.labels.a"],
      [target("a", 80, { a: "x".repeat(1025) }), "staticTargets.0.labels.a"],
      [
        {
          staticTargets: [
            { host: "A", port: 1 },
            { host: "b", port: 1 },
            { host: "a", port: 1 },
          ],
        },
        "staticTargets.2",
      ],
      [{ staticTargets: Array.from({ length: 1001 }, (_, port) => ({ host: "a", port })) }, "staticTargets", "LIMIT"],
      [discovery(0), "openstackDiscovery.port"],
      [discovery(9100, "web-("), "openstackDiscovery.nameRegex"],
      [discovery(9100, "(?=x)"), "openstackDiscovery.nameRegex"],
      [discovery(9100, "a\nb"), "openstackDiscovery.nameRegex"],
      [discovery(9100, "(a?){500}(a){500}"), "openstackDiscovery.nameRegex"],
      [discovery(9100, "x".repeat(1025)), "openstackDiscovery.nameRegex"],
      [{ params: { a: "b" }, probe: { tcp: {} } }, "params"],
      [http({ path: "health" }), "probe.http.path"],
      [http({ path: "/a b" }), "probe.http.path"],
      [http({ hostHeader: "a\r\nX: y" }), "probe.http.hostHeader"],
      [http({ hostHeader: "a/b" }), "probe.http.hostHeader"],
      [http({ headers: { Host: "a" } }), "probe.http.headers.Host"],
      [http({ headers: { Authorization: "Bearer x" } }), "probe.http.headers.Authorization"],
      [http({ headers: { "X-A": "b\r\nX: y" } }), "probe.http.headers.X-A"],
      [http({ headers: { "X A": "b" } }), "probe.http.headers.X A"],
      [http({ validStatusCodes: [99] }), "probe.http.validStatusCodes"],
      [http({ validStatusCodes: [600] }), "probe.http.validStatusCodes"],
      [http({ validStatusCodes: [200, 200] }), "probe.http.validStatusCodes"],
      [
        http({ validStatusCodes: Array.from({ length: 33 }, (_, index) => 200 + index) }),
        "probe.http.validStatusCodes",
      ],
      [http({ bodyMatches: "(" }), "probe.http.bodyMatches"],
      [http({ bodyNotMatches: "\\1" }), "probe.http.bodyNotMatches"],
      [http({ bodyMatches: "{{ x }}" }), "probe.http.bodyMatches"],
      [dns({ queryName: "a b" }), "probe.dns.queryName"],
      [dns({ queryName: "" }), "probe.dns.queryName"],
      [dns({ answerMatches: "[" }), "probe.dns.answerMatches"],
    ];
    const { scrapeJob } = await createJob("untouched");
    const before = await app.data(app.operator, state);
    for (const [wrong, path, code = "INVALID"] of mistakes) {
      const nothing = { scrapeJob: null, diff: [], revision: null };
      const userErrors = [{ code, message: expect.any(String), path: ["input", ...path.split(".")] }];
      expect([wrong, await createJob("new", wrong)]).toEqual([wrong, { ...nothing, userErrors }]);
      expect([wrong, await updateJob(scrapeJob.id, wrong)]).toEqual([wrong, { ...nothing, userErrors }]);
    }
    const many = await createJob("a/b", {
      metricsPath: "x",
      scrapeInterval: "x",
      ...target("x y", 0, { project: "a" }),
    });
    expect(many.userErrors.map(({ path }: { path: string[] }) => path.slice(1).join("."))).toEqual([
      "name",
      "metricsPath",
      "scrapeInterval",
      "staticTargets.0.host",
      "staticTargets.0.port",
      "staticTargets.0.labels.project",
    ]);
    for (const wrong of [
      { params: { a: { b: "c" } } },
      { params: ["a"] },
      { params: "a" },
      { scrapeInterval: { a: 1 } },
      { scrapeInterval: 5 },
      { name: { toString: "x" } },
      { staticTargets: [{ host: { a: 1 }, port: 1 }] },
      { staticTargets: [{ host: "a", port: "80" }] },
      { staticTargets: [{ host: "a", port: 1.5 }] },
      { enabled: "yes" },
    ]) {
      const { errors } = await app.graphql(member, create, { input: { project, name: "shape", ...wrong } });
      expect([wrong, errors?.[0]?.extensions.code]).toEqual([wrong, "BAD_USER_INPUT"]);
    }
    expect(await app.data(app.operator, state)).toEqual(before);
  });

  it("judges a change together with what stays", async () => {
    const { scrapeJob } = await createJob("mixed", {
      params: { a: "b" },
      scrapeInterval: "10s",
      staticTargets: [{ host: "a", port: 1 }],
    });
    const paths = async (input: object) =>
      (await updateJob(scrapeJob.id, input)).userErrors.map(({ path }: { path: string[] }) => path.slice(1).join("."));
    expect(await paths({ probe: { icmp: {} } })).toEqual(["staticTargets.0.port", "params"]);
    expect(await paths({ scrapeTimeout: "11s" })).toEqual(["scrapeTimeout"]);
    expect(await paths({ scrapeTimeout: "11s", scrapeInterval: null })).toEqual([]);
  });

  it("gives a name once within a project, also when two ask at the same time", async () => {
    expect((await createJob("unique")).userErrors).toEqual([]);
    const taken = [
      { code: "TAKEN", message: "The project has a scrape job with this name already.", path: ["input", "name"] },
    ];
    expect((await createJob("unique")).userErrors).toEqual(taken);
    const dry = await app.data(member, create, { input: { project, name: "unique" }, dryRun: true });
    expect(dry.scrapeJobCreate.userErrors).toEqual(taken);
    const renamed = (await createJob("renamed")).scrapeJob;
    expect((await updateJob(renamed.id, { name: "unique" })).userErrors).toEqual(taken);
    expect((await createJob("unique", { project: otherProject }, app.operator)).userErrors).toEqual([]);
    const race = await Promise.all([createJob("raced"), createJob("raced"), createJob("raced")]);
    expect(race.flatMap(({ userErrors }) => userErrors)).toEqual([...taken, ...taken]);
  });

  it("keeps what is absent, resets what is null, and moves nothing when nothing changes", async () => {
    const values = {
      enabled: false,
      scheme: "HTTPS",
      metricsPath: "/m",
      params: { a: "b" },
      scrapeInterval: "30s",
      scrapeTimeout: "5s",
      staticTargets: [{ host: "a", port: 1, labels: { x: "y" } }],
      openstackDiscovery: { port: 9100, nameRegex: null },
    };
    const { scrapeJob } = await createJob("steady", values);
    const unchanged = { diff: [], revision: null, userErrors: [], scrapeJob };
    expect(await updateJob(scrapeJob.id, {})).toEqual(unchanged);
    expect(await updateJob(scrapeJob.id, { name: "steady", ...values })).toEqual(unchanged);
    const { scrapeJob: renamed, diff } = await updateJob(scrapeJob.id, { name: "steadier" });
    expect(diff).toEqual([{ field: "name", before: "steady", after: "steadier" }]);
    expect(renamed).toEqual({ ...scrapeJob, name: "steadier", version: 2, revision: expect.any(Number) });
    const nulls = Object.fromEntries(Object.keys(values).map((field) => [field, null]));
    expect((await updateJob(scrapeJob.id, nulls)).scrapeJob).toMatchObject({
      name: "steadier",
      enabled: true,
      scheme: "HTTP",
      metricsPath: "/metrics",
      params: {},
      scrapeInterval: null,
      scrapeTimeout: null,
      staticTargets: [],
      openstackDiscovery: null,
      version: 3,
    });
    expect((await updateJob(scrapeJob.id, { name: null })).userErrors).toEqual([
      { code: "INVALID", message: "A name is 1 to 100 characters long.", path: ["input", "name"] },
    ]);
  });

  it("writes nothing in a dry run, and says what it would write", async () => {
    const { scrapeJob } = await createJob("dry");
    const before = await app.data(app.operator, state);
    const variables = { id: scrapeJob.id, dryRun: true };
    expect((await app.data(member, update, { ...variables, input: { scrapeInterval: "5s" } })).scrapeJobUpdate).toEqual(
      {
        scrapeJob: null,
        diff: [{ field: "scrapeInterval", before: null, after: "5s" }],
        revision: null,
        userErrors: [],
      },
    );
    const created = await app.data(member, create, { input: { project, name: "wet" }, dryRun: true });
    expect(created.scrapeJobCreate).toMatchObject({ scrapeJob: null, revision: null, userErrors: [] });
    expect(created.scrapeJobCreate.diff[0]).toEqual({ field: "name", before: null, after: "wet" });
    const removed = (await app.data(member, remove, variables)).scrapeJobDelete;
    expect(removed).toMatchObject({ deletedId: null, revision: null, userErrors: [] });
    expect(removed.diff[0]).toEqual({ field: "name", before: "dry", after: null });
    expect(await app.data(app.operator, state)).toEqual(before);
  });

  it("refuses a change to a version that is no longer the newest", async () => {
    const { id } = (await createJob("locked")).scrapeJob;
    expect((await updateJob(id, { enabled: false, expectedVersion: 1 })).scrapeJob.version).toBe(2);
    const conflict = [{ code: "CONFLICT", message: expect.any(String), path: expect.any(Array) }];
    expect(await updateJob(id, { enabled: true, expectedVersion: 1 })).toMatchObject({
      scrapeJob: null,
      userErrors: conflict,
    });
    const removal = (expectedVersion: number) => app.data(member, remove, { id, expectedVersion });
    expect((await removal(1)).scrapeJobDelete).toMatchObject({ deletedId: null, userErrors: conflict });
    expect((await removal(2)).scrapeJobDelete).toMatchObject({ deletedId: id, userErrors: [] });
    expect(await app.data(member, `query ($id: ID!) { node(id: $id) { id } }`, { id })).toEqual({ node: null });
  });

  it("hides another project's jobs as if they did not exist, and lets viewers only look", async () => {
    const { id } = (await createJob("private")).scrapeJob;
    const unknown = `${id.slice(0, -4)}zzzz`;
    const asStranger = async (query: string, variables: object) => {
      const { status, data, errors } = await app.graphql(stranger, query, variables);
      const withoutId = errors?.map(({ extensions: { requestId: _, ...rest }, ...error }) => ({ ...error, rest }));
      return JSON.stringify({ status, data, errors: withoutId });
    };
    for (const [query, rest] of [
      ["query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }", {}],
      [update, { input: { name: "mine" } }],
      [update, { input: { name: "a/b" }, dryRun: true }],
      [remove, {}],
    ] as const) {
      expect(await asStranger(query, { id, ...rest })).toBe(await asStranger(query, { id: unknown, ...rest }));
    }
    const createIn = (projectId: string) => asStranger(create, { input: { project: projectId, name: "private" } });
    expect(await createIn(project)).toBe(await createIn(`${project.slice(0, -4)}zzzz`));

    for (const token of [viewer, await app.token("READER"), await app.token("AGENT")]) {
      for (const [query, variables] of [
        [create, { input: { project, name: "x" } }],
        [update, { id, input: { name: "x" } }],
        [remove, { id }],
      ] as const) {
        const { errors } = await app.graphql(token, query, variables);
        expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
      }
      const { errors } = await app.graphql(token, remove, { id: unknown });
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
    }
    for (const [query, variables] of [
      [update, { id: project, input: {} }],
      [remove, { id: "job_x" }],
      [create, { input: { project: id, name: "x" } }],
    ] as const) {
      const { errors } = await app.graphql(member, query, variables);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
    }
  });

  it("filters and orders the jobs of a project, and counts what the filter leaves", async () => {
    const paged = await createProject(app, "paged");
    for (const name of ["a_b", "a%b", "aXb", "C"])
      await createJob(name, { project: paged, enabled: name !== "C" }, app.operator);
    const list = async (arguments_: string) => {
      const query = `{ project(name: "paged") { scrapeJobs${arguments_} { nodes { name } totalCount pageInfo { endCursor } } } }`;
      const { scrapeJobs } = (await app.data(app.operator, query)).project;
      const names = scrapeJobs.nodes.map(({ name }: { name: string }) => name);
      return { names, totalCount: scrapeJobs.totalCount, endCursor: scrapeJobs.pageInfo.endCursor };
    };
    expect(await list("")).toMatchObject({ names: ["C", "a%b", "aXb", "a_b"], totalCount: 4 });
    expect(await list("(orderBy: NAME_DESC)")).toMatchObject({ names: ["a_b", "aXb", "a%b", "C"] });
    expect(await list("(orderBy: UPDATED_AT_DESC, first: 1)")).toMatchObject({ names: ["C"], totalCount: 4 });
    expect(await list('(filter: { search: "A_" })')).toMatchObject({ names: ["a_b"], totalCount: 1 });
    expect(await list('(filter: { search: "%" })')).toMatchObject({ names: ["a%b"], totalCount: 1 });
    expect(await list('(filter: { search: "b", enabled: false })')).toMatchObject({ names: [], totalCount: 0 });
    expect(await list("(filter: { enabled: false })")).toMatchObject({ names: ["C"], totalCount: 1 });
    const twice = `{ project(name: "paged") {
      on: scrapeJobs(filter: { enabled: true }) { totalCount nodes { name } }
      off: scrapeJobs(filter: { enabled: false }) { totalCount nodes { name } } } }`;
    expect((await app.data(app.operator, twice)).project).toMatchObject({
      on: { totalCount: 3, nodes: [{ name: "a%b" }, { name: "aXb" }, { name: "a_b" }] },
      off: { totalCount: 1, nodes: [{ name: "C" }] },
    });
    const { endCursor } = await list("(first: 2)");
    expect(await list(`(first: 2, after: "${endCursor}")`)).toMatchObject({ names: ["aXb", "a_b"], totalCount: 4 });
  });

  it("takes as many SQL statements for thirty projects as for one, and deletes jobs with their project", async () => {
    const wide = `query ($names: [String!]) { projects(first: 30, filter: { names: $names }) { nodes { name targetCounts { total }
      targets(first: 9) { totalCount nodes { scrapeJob { name } } }
      scrapeJobs(first: 2) { totalCount nodes { name project { name } targetCounts { up } targets(first: 1) { totalCount } } } } } }`;
    const names = Array.from({ length: 30 }, (_, index) => `wide-${index}`);
    for (const name of names) {
      const id = await createProject(app, name);
      for (const job of ["a", "b", "c"]) await createJob(job, { project: id }, app.operator);
    }
    let answer: { projects: { nodes: object[] } } | undefined;
    const count = async (some: string[]) =>
      (await app.statementsOf(async () => (answer = await app.data(app.operator, wide, { names: some })))).length;
    const one = await count(names.slice(0, 1));
    expect(await count(names)).toBe(one);
    expect(answer?.projects.nodes).toHaveLength(30);
    expect(answer?.projects.nodes[7]).toMatchObject({
      targetCounts: null,
      targets: null,
      scrapeJobs: { totalCount: 3, nodes: [{ name: "a", targets: null }, { name: "b" }] },
    });

    const gone = await createProject(app, "gone");
    const { id } = (await createJob("a", { project: gone }, app.operator)).scrapeJob;
    await app.data(app.operator, `mutation ($id: ID!) { projectDelete(id: $id) { deletedId } }`, { id: gone });
    expect(await app.data(app.operator, `query ($id: ID!) { node(id: $id) { id } }`, { id })).toEqual({ node: null });
  });
});

async function createProject(app: TestApp, name: string): Promise<string> {
  const query = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
  return (await app.data(app.operator, query, { name })).projectCreate.project.id;
}
