import { beforeAll, expect, it } from "vitest";
import { type Answer, json, type StandIn, startStandIn } from "../clients/stand-in.js";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";

const outcome = "diff { field before after } revision userErrors { code message path }";
const create = (kind: "alerting" | "recording" | "global") => `mutation (
  $input: ${kind[0]?.toUpperCase()}${kind.slice(1)}RuleCreateInput!, $dryRun: Boolean! = false
) { payload: ${kind}RuleCreate(input: $input, dryRun: $dryRun) {
  rule: ${kind}Rule { id verifiedByPrometheus } ${outcome} } }`;
const updateAlerting = `mutation ($id: ID!, $input: AlertingRuleUpdateInput!) {
  payload: alertingRuleUpdate(id: $id, input: $input) { rule: alertingRule { id verifiedByPrometheus } ${outcome} } }`;
const report = `query ($project: ID!, $expr: PromQL!) { expression(project: $project, expr: $expr) {
  valid enforcedExpr verifiedByPrometheus problems { message from to } } }`;
const stored = `query ($id: ID!) { node(id: $id) {
  ... on AlertingRule { verifiedByPrometheus } ... on RecordingRule { verifiedByPrometheus } ... on GlobalRule { verifiedByPrometheus } } }`;

const uncertain = "This cannot be confined to the project with certainty; write it more simply.";

let prometheus: Prometheus;
let liar: StandIn;

beforeAll(async () => {
  prometheus = await startPrometheus();
  liar = await startStandIn(json({}));
});

describeOnEachDatabase((database) => {
  /** An app in front of these servers, with a project. */
  async function appBefore(
    urls: readonly string[],
    now?: () => Date,
  ): Promise<{ readonly app: TestApp; readonly project: string }> {
    const servers = urls.map((url, index) => ({ name: `p${index}`, url }));
    const app = await startApp(await database.another(), { prometheus: servers, ...(now ? { now } : {}) });
    const mutation = 'mutation { projectCreate(input: { name: "a" }) { project { id } } }';
    return { app, project: (await app.data(app.operator, mutation)).projectCreate.project.id };
  }
  const write = async (app: TestApp, query: string, variables: object) =>
    (await app.data(app.operator, query, variables)).payload;

  it("a rule that a real Prometheus has read says so, whichever kind it is", async () => {
    const { app, project } = await appBefore([prometheus.url]);
    const alerting = await write(app, create("alerting"), { input: { project, name: "A", expr: "sum by (on) (sum)" } });
    const recording = await write(app, create("recording"), { input: { project, name: "r", expr: "sum(start)" } });
    const global = await write(app, create("global"), { input: { name: "G", expr: "max by (project) (by)" } });
    for (const { rule, userErrors } of [alerting, recording, global]) {
      expect({ ...rule, userErrors }).toEqual({ id: rule.id, verifiedByPrometheus: true, userErrors: [] });
      expect((await app.data(app.operator, stored, { id: rule.id })).node).toEqual({ verifiedByPrometheus: true });
    }
    // Prometheus prints this over some 100 kB of indented lines.
    const long = Array.from({ length: 249 }, (_, index) => (index < 90 ? `a${index}` : "1")).join(" + ");
    expect((await app.data(app.operator, report, { project, expr: long })).expression).toMatchObject({
      verifiedByPrometheus: true,
      problems: [],
    });
    expect((await app.data(app.operator, report, { project, expr: "x  or\ny" })).expression).toEqual({
      valid: true,
      enforcedExpr: 'x{project="a"} or y{project="a"}',
      verifiedByPrometheus: true,
      problems: [],
    });
  });

  it("without a Prometheus that answers a rule is written, unverified; a later change verifies it", async () => {
    const nobody = await appBefore([]);
    const input = { project: nobody.project, name: "A", expr: "up == 0" };
    expect((await write(nobody.app, create("alerting"), { input })).rule.verifiedByPrometheus).toBe(false);

    const server = await startStandIn(json("away", 503));
    let now = Date.now();
    const { app, project } = await appBefore([server.url], () => new Date(now));
    const { rule } = await write(app, create("alerting"), { input: { ...input, project } });
    expect(rule.verifiedByPrometheus).toBe(false);
    expect((await write(app, create("global"), { input: { name: "G", expr: "up" } })).rule).toMatchObject({
      verifiedByPrometheus: false,
    });
    expect((await app.data(app.operator, report, { project, expr: "x" })).expression).toMatchObject({
      valid: true,
      verifiedByPrometheus: false,
    });
    expect(server.requests.length).toBe(1);

    server.answerWith(json({ status: "success", data: 'up{project="a"} == 1' }));
    now += 10_000;
    const changed = await write(app, updateAlerting, { id: rule.id, input: { expr: "up == 1" } });
    expect(changed).toMatchObject({ rule: { verifiedByPrometheus: true }, userErrors: [] });
    expect(server.requests.length).toBe(2);
  });

  it("what Prometheus prints decides: a selector that is not confined there refuses the rule", async () => {
    const { app, project } = await appBefore([liar.url]);
    const prints = (text: string): Answer => json({ status: "success", data: text });
    const answers: Readonly<Record<string, Answer>> = {
      "another matcher": prints('x1{project="b"} + y{project="a"}'),
      "a matcher less": prints('x2 + y{project="a"}'),
      "a regular expression": prints('x3{project=~"a"} + y{project="a"}'),
      "a second matcher": prints('x4{project="a",project="b"} + y{project="a"}'),
      "a selector less": prints('x5{project="a"}'),
      "a selector more": prints('x6{project="a"} + y{project="a"} + y{project="a"}'),
      "a quoted name": prints('{"x7",project="a"} + y{project="a"}'),
      "something unreadable": prints('x8{project="a"} + + y{project="a"'),
      nothing: prints(""),
    };
    const found: Record<string, unknown> = {};
    let count = 0;
    for (const [name, answer] of Object.entries(answers)) {
      liar.answerWith(answer);
      const expr = `x${++count} + y`;
      const input = { project, name: "A", expr };
      const [written, dry, checked] = [
        await write(app, create("alerting"), { input }),
        await write(app, create("recording"), { input: { ...input, name: "r" }, dryRun: true }),
        (await app.data(app.operator, report, { project, expr })).expression,
      ];
      const mistake = { code: "INVALID", message: `Column 1: ${uncertain}`, path: ["input", "expr"] };
      for (const each of [written, dry]) {
        expect(each).toEqual({ rule: null, diff: [], revision: null, userErrors: [mistake] });
      }
      found[name] = checked;
    }
    const problems = [{ message: uncertain, from: 0, to: 6 }];
    const refused = { valid: false, enforcedExpr: null, verifiedByPrometheus: false, problems };
    expect(found).toEqual(Object.fromEntries(Object.keys(answers).map((name) => [name, refused])));

    liar.answerWith(prints('x{project=""}'));
    expect((await write(app, create("global"), { input: { name: "G", expr: "x" } })).userErrors).toEqual([
      { code: "INVALID", message: `Column 1: ${uncertain}`, path: ["input", "expr"] },
    ]);
  });

  it("a Prometheus that cannot parse it refuses the rule, with its own words", async () => {
    const { app, project } = await appBefore([liar.url]);
    liar.answerWith(
      json({ status: "error", errorType: "bad_data", error: `1:5: parse error: ${"x".repeat(400)}` }, 400),
    );
    const { userErrors } = await write(app, create("alerting"), { input: { project, name: "A", expr: "up == 0" } });
    const message = `Column 1: Prometheus refuses this: 1:5: parse error: ${"x".repeat(282)}.`;
    expect(userErrors).toEqual([{ code: "INVALID", message, path: ["input", "expr"] }]);
  });

  it("one request is made for one written expression, and none for reading rules", async () => {
    const counted = await startStandIn(json({ status: "success", data: 'up{project="a"} == 0' }));
    const { app, project } = await appBefore([counted.url]);
    const input = { project, name: "A", expr: "up == 0" };
    const readings = () => counted.requests.filter((request) => request.includes("format_query")).length;
    const { rule } = await write(app, create("alerting"), { input });
    expect(readings()).toBe(1);
    await write(app, updateAlerting, { id: rule.id, input: { severity: "page" } });
    await write(app, create("recording"), { input: { ...input, name: "r" }, dryRun: true });
    await app.data(app.operator, stored, { id: rule.id });
    await app.data(app.operator, '{ project(name: "a") { rules { nodes { id verifiedByPrometheus } } } }');
    await write(app, create("alerting"), { input: { ...input, expr: "rate(up)" } });
    expect(readings()).toBe(1);
  });
});
