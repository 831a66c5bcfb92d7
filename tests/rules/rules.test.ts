import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { writtenRules } from "./rule-files.js";

const ruleFields = "__typename id name expr enforcedExpr labels interval enabled version revision project { name }";
const alertingFields = `${ruleFields} severity for keepFiringFor annotations`;
const outcome = "diff { field before after } revision userErrors { code message path }";
const createAlerting = `mutation ($input: AlertingRuleCreateInput!, $dryRun: Boolean! = false) {
  alertingRuleCreate(input: $input, dryRun: $dryRun) { alertingRule { ${alertingFields} } ${outcome} }
}`;
const updateAlerting = `mutation ($id: ID!, $input: AlertingRuleUpdateInput!, $dryRun: Boolean! = false) {
  alertingRuleUpdate(id: $id, input: $input, dryRun: $dryRun) { alertingRule { ${alertingFields} } ${outcome} }
}`;
const createRecording = `mutation ($input: RecordingRuleCreateInput!, $dryRun: Boolean! = false) {
  recordingRuleCreate(input: $input, dryRun: $dryRun) { recordingRule { ${ruleFields} } ${outcome} }
}`;
const updateRecording = `mutation ($id: ID!, $input: RecordingRuleUpdateInput!, $dryRun: Boolean! = false) {
  recordingRuleUpdate(id: $id, input: $input, dryRun: $dryRun) { recordingRule { ${ruleFields} } ${outcome} }
}`;
const remove = `mutation ($id: ID!, $expectedVersion: Int, $dryRun: Boolean! = false) {
  ruleDelete(id: $id, expectedVersion: $expectedVersion, dryRun: $dryRun) { deletedId ${outcome} }
}`;
const read = `query ($id: ID!) { node(id: $id) { id ... on Rule { ${ruleFields} } ... on AlertingRule { ${alertingFields} } } }`;
const state = "{ revision projects { nodes { name version rules { nodes { name version } } } } }";

interface Mistake {
  readonly code: string;
  readonly path: readonly string[];
}
const mistakes = (list: readonly Mistake[]) => list.map(({ code, path }) => `${code} ${path.join(".")}`);

describeOnEachDatabase((database) => {
  let app: TestApp;
  let member: string;
  let viewer: string;
  let stranger: string;
  let project: string;
  let otherProject: string;

  beforeAll(async () => {
    app = await startApp(database.settings);
    [project, otherProject] = [await createProject(app, "tools"), await createProject(app, "other")];
    member = await app.token({ [project]: "MEMBER" });
    viewer = await app.token({ [project]: "VIEWER" });
    stranger = await app.token({ [otherProject]: "ADMIN" });
  });

  const alerting = async (name: string, rest: object = {}, token = member) =>
    (await app.data(token, createAlerting, { input: { project, name, expr: "up == 0", ...rest } })).alertingRuleCreate;
  const recording = async (name: string, rest: object = {}, token = member) =>
    (await app.data(token, createRecording, { input: { project, name, expr: "sum(up)", ...rest } }))
      .recordingRuleCreate;
  const change = async (id: string, input: object) =>
    (await app.data(member, updateAlerting, { id, input })).alertingRuleUpdate;
  const changeRecording = async (id: string, input: object) =>
    (await app.data(member, updateRecording, { id, input })).recordingRuleUpdate;

  it("creates an alerting rule with defaults, and one with all there is, confined to its project", async () => {
    const plain = await alerting("Down");
    expect(plain).toEqual({
      alertingRule: {
        __typename: "AlertingRule",
        id: expect.stringMatching(/^rul_[0-9a-z]{26}$/),
        name: "Down",
        expr: "up == 0",
        enforcedExpr: 'up{project="tools"} == 0',
        labels: {},
        interval: null,
        enabled: true,
        severity: "warning",
        for: "1m",
        keepFiringFor: null,
        annotations: {},
        version: 1,
        revision: plain.revision,
        project: { name: "tools" },
      },
      diff: [
        { field: "name", before: null, after: "Down" },
        { field: "expr", before: null, after: "up == 0" },
        { field: "for", before: null, after: "1m" },
        { field: "severity", before: null, after: "warning" },
        { field: "labels", before: null, after: {} },
        { field: "annotations", before: null, after: {} },
        { field: "enabled", before: null, after: true },
      ],
      revision: expect.any(Number),
      userErrors: [],
    });
    const values = {
      expr: 'rate(errors_total{job=~"a.*"}[5m])\n  > 0.5 # too many',
      for: "0s",
      keepFiringFor: "1h30m",
      severity: "critical",
      labels: { team: "{{ $labels.team | toUpper }}", instance: "" },
      annotations: { summary: "{{ $labels.job }}: {{ $value | humanize }}", description: 'Line 1\nÜber: {a} "b" #c' },
      interval: "30s",
      enabled: false,
    };
    const full = (await alerting("Too many: errors 😀", values)).alertingRule;
    expect(full).toMatchObject({
      ...values,
      enforcedExpr: 'rate(errors_total{job=~"a.*",project="tools"}[5m]) > 0.5',
    });
    expect((await app.data(viewer, read, { id: full.id })).node).toEqual(full);
  });

  it("creates a recording rule, whose name and labels are unique together within the project", async () => {
    const first = await recording("job:up:sum", { expr: "sum by (job) (up)", labels: { team: "a", tier: "1" } });
    expect(first).toEqual({
      recordingRule: {
        __typename: "RecordingRule",
        id: expect.stringMatching(/^rul_/),
        name: "job:up:sum",
        expr: "sum by (job) (up)",
        enforcedExpr: 'sum by (job) (up{project="tools"})',
        labels: { team: "a", tier: "1" },
        interval: null,
        enabled: true,
        version: 1,
        revision: first.revision,
        project: { name: "tools" },
      },
      diff: [
        { field: "name", before: null, after: "job:up:sum" },
        { field: "expr", before: null, after: "sum by (job) (up)" },
        { field: "labels", before: null, after: { team: "a", tier: "1" } },
        { field: "enabled", before: null, after: true },
      ],
      revision: expect.any(Number),
      userErrors: [],
    });
    const taken = [
      {
        code: "TAKEN",
        message: "The project has a recording rule with this name and these labels already.",
        path: ["input", "name"],
      },
    ];
    expect((await recording("job:up:sum", { labels: { tier: "1", team: "a" } })).userErrors).toEqual(taken);
    const input = { project, name: "job:up:sum", expr: "up", labels: { tier: "1", team: "a" } };
    const dry = await app.data(member, createRecording, { input, dryRun: true });
    expect(dry.recordingRuleCreate.userErrors).toEqual(taken);
    const second = (await recording("job:up:sum", { labels: { team: "b", tier: "1" } })).recordingRule;
    expect((await changeRecording(second.id, { labels: { team: "a", tier: "1" } })).userErrors).toEqual(taken);
    expect((await changeRecording(second.id, { labels: { team: "c" }, expr: "avg(up)" })).recordingRule).toMatchObject({
      labels: { team: "c" },
      enforcedExpr: 'avg(up{project="tools"})',
      version: 2,
    });
    const there = { project: otherProject, labels: { team: "a", tier: "1" } };
    expect((await recording("job:up:sum", there, app.operator)).userErrors).toEqual([]);
    const race = await Promise.all([recording("raced"), recording("raced"), recording("raced")]);
    expect(race.flatMap(({ userErrors }) => userErrors)).toEqual([...taken, ...taken]);
  });

  it("lets alerting rules share a name", async () => {
    const twice = [await alerting("Twice"), await alerting("Twice")];
    expect(twice.map(({ userErrors }) => userErrors)).toEqual([[], []]);
  });

  it("tells every mistake with its path, and writes nothing", async () => {
    const before = await app.data(app.operator, state);
    const wrong: readonly (readonly [input: object, ...paths: string[]])[] = [
      [{ name: "" }, "name"],
      [{ name: "a\nb" }, "name"],
      [{ name: "{{ $value }}" }, "name"],
      [{ name: "x".repeat(101) }, "name"],
      [{ expr: "" }, "expr"],
      [{ expr: "up ==" }, "expr"],
      [{ expr: 'up{project="other"}' }, "expr"],
      [{ expr: "rate(up)" }, "expr"],
      [{ expr: "up[5m]" }, "expr"],
      [{ expr: "x".repeat(4097) }, "expr"],
      [{ for: "soon" }, "for"],
      [{ for: "31d" }, "for"],
      [{ keepFiringFor: "1.5h" }, "keepFiringFor"],
      [{ severity: "" }, "severity"],
      [{ severity: "x".repeat(65) }, "severity"],
      [{ severity: "{{ $labels.x }}" }, "severity"],
      [{ labels: { project: "other" } }, "labels.project"],
      [{ labels: { severity: "x" } }, "labels.severity"],
      [{ labels: { alertname: "x" } }, "labels.alertname"],
      [{ labels: { "a-b": "x" } }, "labels.a-b"],
      [{ labels: { __name__: "x" } }, "labels.__name__"],
      [{ labels: { a: "x".repeat(1025) } }, "labels.a"],
      [{ labels: { a: '{{ query "up" }}' } }, "labels.a"],
      [{ annotations: { metricsinfra_rule_id: "x" } }, "annotations.metricsinfra_rule_id"],
      [{ annotations: { a: "{{ range query `up` }}{{ . }}{{ end }}" } }, "annotations.a", "annotations.a"],
      [{ annotations: { a: "{{ $labels.x" } }, "annotations.a"],
      [{ annotations: { a: "{{$labels}}".repeat(256) } }, ...Array.from({ length: 10 }, () => "annotations.a")],
      [{ annotations: { a: "{{ $labels }}", b: "{{ $labels }}" } }, "annotations"],
      [{ labels: { a: "{{ $value }}" }, annotations: { a: "{{ $labels.x }}".repeat(96) } }, "annotations"],
      [{ annotations: { a: "\u0000" } }, "annotations.a"],
      [
        { annotations: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`a${index}`, "x"])) },
        "annotations",
      ],
      [{ interval: "500ms" }, "interval"],
      [{ interval: "2d" }, "interval"],
    ];
    for (const [input, ...paths] of wrong) {
      const refused = await alerting("Name", input);
      expect({ ...refused, userErrors: mistakes(refused.userErrors) }).toEqual({
        alertingRule: null,
        diff: [],
        revision: null,
        userErrors: paths.map((path) => `INVALID input.${path}`),
      });
    }
    for (const [input, path] of [
      [{ name: "a b" }, "name"],
      [{ name: "ALERTS" }, "name"],
      [{ name: "scrape_duration_seconds" }, "name"],
      [{ name: "up" }, "name"],
      [{ expr: "label_replace(up, 'project', 'b', '', '')" }, "expr"],
      [{ labels: { project: "b" } }, "labels.project"],
      [{ labels: { a: "{{ $value }}" } }, "labels.a"],
      [{ interval: "x" }, "interval"],
    ] as const) {
      const refused = await recording("name", input);
      expect({ ...refused, userErrors: mistakes(refused.userErrors) }).toEqual({
        recordingRule: null,
        diff: [],
        revision: null,
        userErrors: [`INVALID input.${path}`],
      });
    }
    const all = await alerting("", { expr: "sum(", for: "x", severity: "", annotations: { b: "{{ query `x` }}" } });
    expect(mistakes(all.userErrors)).toEqual([
      "INVALID input.name",
      "INVALID input.for",
      "INVALID input.severity",
      "INVALID input.annotations.b",
      "INVALID input.expr",
    ]);
    expect(await app.data(app.operator, state)).toEqual(before);
  });

  it("says where in an expression or a template the mistake is", async () => {
    const rate = "Argument 1 of rate must be a range vector, and this is an instant vector. Add a range such as [5m].";
    const only = '"query" may not be used: a template may only read $labels and $value, and format them.';
    const messages = async (input: object) =>
      (await alerting("Name", input)).userErrors.map(({ message }: { message: string }) => message);
    expect(await messages({ expr: "1 + rate(up)" })).toEqual([`Column 10: ${rate}`]);
    expect(await messages({ expr: "1 +\n\n  rate(up)" })).toEqual([`Line 3, column 8: ${rate}`]);
    expect(await messages({ annotations: { a: "x\n{{ query `up` }}" } })).toEqual([`Line 2, column 4: ${only}`]);
  });

  it("judges a change together with what stays, keeps absent fields and resets null ones", async () => {
    const { alertingRule } = await alerting("Changing", {
      for: "5m",
      keepFiringFor: "10m",
      severity: "page",
      labels: { a: "b" },
      annotations: { c: "d" },
      interval: "15s",
      enabled: false,
    });
    const { id } = alertingRule;
    const renamed = await change(id, { name: "Changed" });
    expect(renamed).toMatchObject({
      alertingRule: { ...alertingRule, name: "Changed", version: 2, revision: renamed.revision },
      diff: [{ field: "name", before: "Changing", after: "Changed" }],
    });
    expect(await change(id, { name: "Changed" })).toEqual({
      alertingRule: renamed.alertingRule,
      diff: [],
      revision: null,
      userErrors: [],
    });
    const nulls = { for: null, keepFiringFor: null, severity: null, labels: null, annotations: null, interval: null };
    expect((await change(id, { ...nulls, enabled: null })).alertingRule).toMatchObject({
      name: "Changed",
      for: "1m",
      keepFiringFor: null,
      severity: "warning",
      labels: {},
      annotations: {},
      interval: null,
      enabled: true,
    });
    const refused = await change(id, { name: null, expr: null });
    expect(mistakes(refused.userErrors)).toEqual(["INVALID input.name", "INVALID input.expr"]);
    expect((await change(id, { expr: "vector(1)" })).alertingRule.enforcedExpr).toBe("vector(1)");
  });

  it("writes nothing in a dry run, and says what it would write", async () => {
    const { id } = (await alerting("Dry")).alertingRule;
    const before = await app.data(app.operator, state);
    const created = await app.data(member, createAlerting, { input: { project, name: "x", expr: "up" }, dryRun: true });
    expect(created.alertingRuleCreate).toMatchObject({ alertingRule: null, revision: null, userErrors: [] });
    const updated = await app.data(member, updateAlerting, { id, input: { expr: "up == 1" }, dryRun: true });
    expect(updated.alertingRuleUpdate).toEqual({
      alertingRule: null,
      diff: [{ field: "expr", before: "up == 0", after: "up == 1" }],
      revision: null,
      userErrors: [],
    });
    const removed = (await app.data(member, remove, { id, dryRun: true })).ruleDelete;
    expect(removed).toMatchObject({ deletedId: null, revision: null, userErrors: [] });
    expect(await app.data(app.operator, state)).toEqual(before);
  });

  it("refuses a change to a version that is no longer the newest", async () => {
    const { id } = (await alerting("Locked")).alertingRule;
    expect((await change(id, { enabled: false, expectedVersion: 1 })).alertingRule.version).toBe(2);
    const conflict = ["CONFLICT expectedVersion"];
    expect(mistakes((await change(id, { enabled: true, expectedVersion: 1 })).userErrors)).toEqual(conflict);
    const removal = async (expectedVersion: number) =>
      (await app.data(member, remove, { id, expectedVersion })).ruleDelete;
    expect(mistakes((await removal(1)).userErrors)).toEqual(conflict);
    expect(await removal(2)).toMatchObject({ deletedId: id, userErrors: [] });
    expect((await app.data(member, read, { id })).node).toBeNull();
  });

  it("answers a repeat of a request with the same key as it answered the first", async () => {
    const send = (query: string, variables: object, key: string) =>
      app.data(member, query, variables, { "idempotency-key": key });
    const input = { project, name: "Once", expr: "up" };
    const first = await send(createAlerting, { input }, "rule-create");
    expect(await send(createAlerting, { input }, "rule-create")).toEqual(first);
    const { id } = first.alertingRuleCreate.alertingRule;
    const gone = await send(remove, { id }, "rule-delete");
    expect(gone.ruleDelete.deletedId).toBe(id);
    expect(await send(remove, { id }, "rule-delete")).toEqual(gone);
  });

  it("ignores case beyond ASCII in a search", async () => {
    const own = await createProject(app, "umlauts");
    await alerting("Ärger im Ω-Lager", { project: own }, app.operator);
    const query = `query ($search: String) { project(name: "umlauts") { rules(filter: { search: $search }) { totalCount } } }`;
    const found = async (search: string) => (await app.data(app.operator, query, { search })).project.rules.totalCount;
    expect(await Promise.all(["Ärger", "äRGER", "ω-lager", "Arger"].map(found))).toEqual([1, 1, 1, 0]);
  });

  it("lists both kinds by name, filtered, in pages, each as its own type", async () => {
    const own = await createProject(app, "listed");
    const token = await app.token({ [own]: "MEMBER" });
    await alerting("C high", { project: own, severity: "page" }, token);
    await alerting("a low", { project: own, enabled: false }, token);
    await recording("b:rec", { project: own }, token);
    const list = async (args: string) => {
      const query = `{ project(name: "listed") { rules${args} { totalCount nodes { __typename name } pageInfo { hasNextPage endCursor } } } }`;
      const { rules } = (await app.data(token, query)).project;
      return { ...rules, nodes: rules.nodes.map(({ name }: { name: string }) => name) };
    };
    expect((await list("")).nodes).toEqual(["C high", "a low", "b:rec"]);
    expect((await list("(orderBy: NAME_DESC)")).nodes).toEqual(["b:rec", "a low", "C high"]);
    expect((await list("(orderBy: UPDATED_AT_DESC)")).nodes).toEqual(["b:rec", "a low", "C high"]);
    expect(await list("(filter: { kind: RECORDING })")).toMatchObject({ nodes: ["b:rec"], totalCount: 1 });
    expect(await list("(filter: { kind: ALERTING, enabled: true })")).toMatchObject({
      nodes: ["C high"],
      totalCount: 1,
    });
    expect(await list('(filter: { severity: "page" })')).toMatchObject({ nodes: ["C high"], totalCount: 1 });
    expect(await list('(filter: { search: "HIGH" })')).toMatchObject({ nodes: ["C high"], totalCount: 1 });
    expect(await list('(filter: { search: "%" })')).toMatchObject({ nodes: [], totalCount: 0 });
    const first = await list("(first: 2)");
    expect(first).toMatchObject({ nodes: ["C high", "a low"], totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = await list(`(first: 2, after: "${first.pageInfo.endCursor}")`);
    expect(rest).toMatchObject({ nodes: ["b:rec"], pageInfo: { hasNextPage: false } });
    const query = `{ project(name: "listed") { rules { nodes { __typename ... on AlertingRule { severity } } } } }`;
    expect((await app.data(token, query)).project.rules.nodes).toEqual([
      { __typename: "AlertingRule", severity: "page" },
      { __typename: "AlertingRule", severity: "warning" },
      { __typename: "RecordingRule" },
    ]);
  });

  it("shows and gives to each role what the policy says; what is invisible is as what is absent", async () => {
    const { id } = (await alerting("Guarded")).alertingRule;
    const absent = "rul_01jd0000000000000000000000";
    const code = async (token: string | null, query: string, variables: object) => {
      const { errors } = await app.graphql(token, query, variables);
      return errors?.map(({ extensions }) => extensions.code).join();
    };
    expect((await app.data(stranger, read, { id })).node).toBeNull();
    expect((await app.data(stranger, read, { id: absent })).node).toBeNull();
    const writes: readonly [query: string, variables: object][] = [
      [createAlerting, { input: { project, name: "x", expr: "up" } }],
      [createRecording, { input: { project, name: "x", expr: "up" } }],
      [updateAlerting, { id, input: { enabled: false } }],
      [remove, { id }],
    ];
    for (const [query, variables] of writes) {
      expect(await code(null, query, variables)).toBe("UNAUTHENTICATED");
      expect(await code(viewer, query, variables)).toBe("FORBIDDEN");
      expect(await code(await app.token("READER"), query, variables)).toBe("FORBIDDEN");
      expect(await code(stranger, query, variables)).toBe("NOT_FOUND");
    }
    expect(await code(member, updateAlerting, { id: absent, input: {} })).toBe("NOT_FOUND");
    expect(await code(member, updateRecording, { id, input: {} })).toBe("NOT_FOUND");
    expect(await code(member, remove, { id: absent })).toBe("NOT_FOUND");
    for (const wrong of ["x", "", project, "rul_x", `${id}0`]) {
      expect(await code(member, updateAlerting, { id: wrong, input: {} })).toBe("BAD_USER_INPUT");
      expect(await code(member, updateRecording, { id: wrong, input: {} })).toBe("BAD_USER_INPUT");
      expect(await code(member, remove, { id: wrong })).toBe("BAD_USER_INPUT");
    }
    expect(await code(member, createAlerting, { input: { project: id, name: "x", expr: "up" } })).toBe(
      "BAD_USER_INPUT",
    );
    expect((await app.data(viewer, read, { id })).node.name).toBe("Guarded");
  });

  it("goes with its project", async () => {
    const own = await createProject(app, "going");
    const { id } = (await alerting("Gone", { project: own }, app.operator)).alertingRule;
    await app.data(app.operator, "mutation ($id: ID!) { projectDelete(id: $id) { deletedId } }", { id: own });
    expect((await app.data(app.operator, read, { id })).node).toBeNull();
  });

  it("takes as many SQL statements for many projects with many rules as for one of each", async () => {
    const names = [];
    for (let index = 0; index < 6; index++) {
      const name = `many-${index}`;
      const own = await createProject(app, name);
      names.push(name);
      for (let rule = 0; rule <= index; rule++) {
        await alerting(`R${rule}`, { project: own }, app.operator);
        await recording(`r${rule}`, { project: own }, app.operator);
      }
    }
    const query = `query ($names: [String!]) { projects(first: 6, filter: { names: $names }) { nodes {
      rules(first: 12) { totalCount nodes { ${ruleFields} health { health } } } } } }`;
    const count = async (some: readonly string[]) =>
      (await app.statementsOf(() => app.data(app.operator, query, { names: some }))).length;
    expect(await count(names)).toBe(await count(names.slice(0, 1)));
  });

  it("takes every rule that people published", async () => {
    const own = await createProject(app, "published");
    for (const { name, expr, labels, annotations } of writtenRules.filter((_, index) => index % 8 === 0)) {
      const { severity, ...others } = labels;
      const { userErrors } = await alerting(
        name,
        { project: own, expr, severity, labels: others, annotations },
        app.operator,
      );
      expect({ name, userErrors }).toEqual({ name, userErrors: [] });
    }
    const { rules } = (await app.data(app.operator, `{ project(name: "published") { rules { totalCount } } }`)).project;
    expect(rules.totalCount).toBe(64);
  });
});

async function createProject(app: TestApp, name: string): Promise<string> {
  const query = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
  return (await app.data(app.operator, query, { name })).projectCreate.project.id;
}
