import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const fields = "id name mode expr for keepFiringFor severity labels annotations interval enabled version revision";
const outcome = "diff { field before after } revision userErrors { code message path }";
const create = `mutation ($input: GlobalRuleCreateInput!, $dryRun: Boolean! = false) {
  globalRuleCreate(input: $input, dryRun: $dryRun) { globalRule { ${fields} } ${outcome} }
}`;
const update = `mutation ($id: ID!, $input: GlobalRuleUpdateInput!, $dryRun: Boolean! = false) {
  globalRuleUpdate(id: $id, input: $input, dryRun: $dryRun) { globalRule { ${fields} } ${outcome} }
}`;
const remove = `mutation ($id: ID!, $expectedVersion: Int, $dryRun: Boolean! = false) {
  globalRuleDelete(id: $id, expectedVersion: $expectedVersion, dryRun: $dryRun) { deletedId ${outcome} }
}`;
const read = `query ($id: ID!) { node(id: $id) { ... on GlobalRule { ${fields} } } }`;
const state = "{ revision globalRules { totalCount nodes { name version } } }";

interface Mistake {
  readonly code: string;
  readonly path: readonly string[];
}
const mistakes = (list: readonly Mistake[]) => list.map(({ code, path }) => `${code} ${path.join(".")}`);

describeOnEachDatabase((database) => {
  let app: TestApp;
  let admin: string;
  const created = async (name: string, rest: object = {}) =>
    (await app.data(app.operator, create, { input: { name, expr: "up == 0", ...rest } })).globalRuleCreate;
  const updated = async (id: string, input: object, dryRun = false) =>
    (await app.data(app.operator, update, { id, input, dryRun })).globalRuleUpdate;

  beforeAll(async () => {
    app = await startApp(database.settings);
    const query = `mutation { projectCreate(input: { name: "tools" }) { project { id } } }`;
    const { projectCreate } = await app.data(app.operator, query);
    admin = await app.token({ [projectCreate.project.id]: "ADMIN" });
  });

  it("creates a rule that reads every project, in canonical form", async () => {
    const plain = await created("Down");
    expect(plain.globalRule).toEqual({
      id: expect.stringMatching(/^grl_[0-9a-z]{26}$/),
      name: "Down",
      mode: "PER_PROJECT",
      expr: 'up{project!=""} == 0',
      for: "1m",
      keepFiringFor: null,
      severity: "warning",
      labels: {},
      annotations: {},
      interval: null,
      enabled: true,
      version: 1,
      revision: plain.revision,
    });
    const values = {
      mode: "GLOBAL",
      for: "5m",
      keepFiringFor: "10m",
      severity: "page",
      labels: { team: "cloud" },
      annotations: { summary: "{{ $labels.project }} has {{ $value }}" },
      interval: "2m",
      enabled: false,
    };
    const expr = "count by(project)(up{project!=''}) > 5000 # too many";
    const full = await created("Many", { ...values, expr });
    expect(full).toMatchObject({
      globalRule: { ...values, expr: 'count by (project) (up{project!=""}) > 5000' },
      diff: [
        { field: "name", before: null, after: "Many" },
        { field: "mode", before: null, after: "GLOBAL" },
        { field: "expr", before: null, after: 'count by (project) (up{project!=""}) > 5000' },
        { field: "for", before: null, after: "5m" },
        { field: "keepFiringFor", before: null, after: "10m" },
        { field: "severity", before: null, after: "page" },
        { field: "labels", before: null, after: { team: "cloud" } },
        { field: "annotations", before: null, after: values.annotations },
        { field: "interval", before: null, after: "2m" },
        { field: "enabled", before: null, after: false },
      ],
      userErrors: [],
    });
    expect((await app.data(admin, read, { id: full.globalRule.id })).node).toEqual(full.globalRule);
  });

  it("tells every mistake with its path, and writes nothing", async () => {
    const before = await app.data(app.operator, state);
    const input = {
      name: "",
      expr: "limitk(1, up)",
      for: "x",
      keepFiringFor: "x",
      severity: "",
      labels: { project: "a" },
      annotations: { a: "{{ query `up` }}" },
      interval: "1ms",
    };
    const refused = await created("", input);
    expect({ ...refused, userErrors: mistakes(refused.userErrors) }).toEqual({
      globalRule: null,
      diff: [],
      revision: null,
      userErrors: [
        "INVALID input.name",
        "INVALID input.for",
        "INVALID input.keepFiringFor",
        "INVALID input.severity",
        "INVALID input.labels.project",
        "INVALID input.annotations.a",
        "INVALID input.interval",
        "INVALID input.expr",
      ],
    });
    expect(await app.data(app.operator, state)).toEqual(before);
  });

  it("refuses an expression whose result may belong to nobody or to somebody else", async () => {
    const messages = async (expr: string) =>
      (await created("Lost", { expr })).userErrors.map(({ message }: { message: string }) => message);
    expect(await messages("sum(up)\n  > 5")).toEqual([
      "Line 1, column 1: Add by (project) to sum, else the result belongs to no project.",
    ]);
    expect(await messages('label_replace(up, "project", "b", "", "")')).toEqual([
      "Column 19: The label project says whose a series is; write to another label.",
    ]);
    expect(await messages("vector(1)")).toEqual([
      "Column 1: This reads no series, so its alerts would belong to no project.",
    ]);
    const { globalRule } = await created("Kept", { expr: "sum by (project) (up)" });
    expect(mistakes((await updated(globalRule.id, { expr: "sum(up)" })).userErrors)).toEqual(["INVALID input.expr"]);
  });

  it("keeps absent fields, resets null ones, and moves nothing when nothing changes", async () => {
    const { globalRule } = await created("Changing", { mode: "GLOBAL", severity: "page", interval: "1m", for: "9m" });
    const { id } = globalRule;
    expect(await updated(id, { expr: "up==0", severity: "page" })).toEqual({
      globalRule,
      diff: [],
      revision: null,
      userErrors: [],
    });
    const nulls = { mode: null, for: null, severity: null, interval: null, labels: null, annotations: null };
    expect((await updated(id, { ...nulls, enabled: null, keepFiringFor: null })).globalRule).toMatchObject({
      name: "Changing",
      mode: "PER_PROJECT",
      for: "1m",
      severity: "warning",
      interval: null,
      version: 2,
    });
    expect(await updated(id, { severity: "info" }, true)).toEqual({
      globalRule: null,
      diff: [{ field: "severity", before: "warning", after: "info" }],
      revision: null,
      userErrors: [],
    });
    expect(mistakes((await updated(id, { enabled: false, expectedVersion: 1 })).userErrors)).toEqual([
      "CONFLICT expectedVersion",
    ]);
  });

  it("deletes a rule, and a repeat with the same key answers the same", async () => {
    const { id } = (await created("Going")).globalRule;
    const send = () => app.data(app.operator, remove, { id }, { "idempotency-key": "global-delete" });
    const first = await send();
    expect(first.globalRuleDelete).toMatchObject({ deletedId: id, userErrors: [] });
    expect(await send()).toEqual(first);
    expect((await app.data(app.operator, read, { id })).node).toBeNull();
  });

  it("lists them by name, in pages", async () => {
    for (const name of ["zz 1", "zz 3", "zz 2"]) await created(name);
    const list = async (args: string) =>
      (await app.data(admin, `{ globalRules${args} { totalCount nodes { name } pageInfo { endCursor hasNextPage } } }`))
        .globalRules;
    const all = (await list("")).nodes.map(({ name }: { name: string }) => name);
    expect(all.slice(-3)).toEqual(["zz 1", "zz 2", "zz 3"]);
    expect(all).toEqual([...all].sort());
    const first = await list(`(first: ${all.length - 1})`);
    expect(first).toMatchObject({ totalCount: all.length, pageInfo: { hasNextPage: true } });
    expect(await list(`(first: 1, after: "${first.pageInfo.endCursor}")`)).toMatchObject({
      nodes: [{ name: "zz 3" }],
      pageInfo: { hasNextPage: false },
    });
  });

  it("lets operators write, and whoever reads a project read", async () => {
    const { id } = (await created("Guarded")).globalRule;
    const code = async (token: string | null, query: string, variables: object) => {
      const { errors } = await app.graphql(token, query, variables);
      return errors?.map(({ extensions }) => extensions.code).join();
    };
    const writes: readonly [query: string, variables: object][] = [
      [create, { input: { name: "x", expr: "up" } }],
      [update, { id, input: { enabled: false } }],
      [remove, { id }],
    ];
    for (const [query, variables] of writes) {
      expect(await code(null, query, variables)).toBe("UNAUTHENTICATED");
      for (const token of [admin, await app.token("READER"), await app.token("AGENT")]) {
        expect(await code(token, query, variables)).toBe("FORBIDDEN");
      }
    }
    expect(await code(app.operator, update, { id: "grl_01jd0000000000000000000000", input: {} })).toBe("NOT_FOUND");
    expect(await code(app.operator, update, { id: "rul_01jd0000000000000000000000", input: {} })).toBe(
      "BAD_USER_INPUT",
    );
    expect(await code(app.operator, remove, { id: "x" })).toBe("BAD_USER_INPUT");
  });
});
