import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const health = `health alertingState lastError lastEvaluationAt evaluationDurationSeconds
  replicas { prometheus health lastError lastEvaluationAt }`;
const rulesQuery = `{ project(name: "tools") { rules { nodes { name health { ${health} } } } } }`;
const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ$/);

const two = 'label_replace(vector(1), "a", "x", "", "") or label_replace(vector(1), "a", "y", "", "")';
const failing = `(${two}) * on () (${two})`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let servers: readonly Prometheus[];
  let viewer: string;
  const rules: Record<string, { id: string; name: string; enforcedExpr: string }> = {};

  beforeAll(async () => {
    servers = await Promise.all([startPrometheus(), startPrometheus()]);
    app = await startApp(database.settings, {
      prometheus: servers.map(({ url }, index) => ({ name: `p${index + 1}`, url })),
      upstreams: { cacheSeconds: 0.001 },
    });
    const project = await createProject(app, "tools");
    viewer = await app.token({ [project]: "VIEWER" });
    const alerting = async (name: string, rest: object) => {
      const mutation = `mutation ($input: AlertingRuleCreateInput!) {
        alertingRuleCreate(input: $input) { alertingRule { id name enforcedExpr } } }`;
      const input = { project, name, for: "0s", ...rest };
      rules[name] = (await app.data(app.operator, mutation, { input })).alertingRuleCreate.alertingRule;
    };
    await alerting("Calm", { expr: "up == 2" });
    await alerting("Failing", { expr: failing });
    await alerting("Firing", { expr: "vector(1)" });
    await alerting("Unloaded", { expr: "vector(1)" });
    const mutation = `mutation ($input: RecordingRuleCreateInput!) {
      recordingRuleCreate(input: $input) { recordingRule { id name enforcedExpr } } }`;
    const input = { project, name: "a:recorded", expr: "vector(1)", labels: { team: "x" } };
    rules.recorded = (await app.data(app.operator, mutation, { input })).recordingRuleCreate.recordingRule;

    const [p1, p2] = servers as [Prometheus, Prometheus];
    await load(p1, ["Calm", "Failing", "Firing"], { team: "x", project: "tools" });
    await load(p2, ["Calm"], { team: "x", project: "other" });
    await waitFor(
      async () => {
        const { nodes } = (await app.data(viewer, rulesQuery)).project.rules;
        const states = nodes.flatMap((node: { health: { replicas: { health: string }[] } | null }) =>
          (node.health?.replicas ?? []).map((replica) => replica.health),
        );
        return states.length === 5 && !states.includes("UNKNOWN");
      },
      { what: "all rules to be evaluated", deadlineMs: 25_000 },
    );
  });

  /** Has a Prometheus evaluate these alerting rules, and the recording rule with these labels, as the configurator does. */
  async function load(server: Prometheus, names: readonly string[], recordedLabels: object): Promise<void> {
    const alerts = names.map((name) => ({
      alert: name,
      expr: rules[name]?.enforcedExpr,
      labels: { project: "tools" },
      annotations: { metricsinfra_rule_id: rules[name]?.id },
    }));
    const records = [{ record: "a:recorded", expr: rules.recorded?.enforcedExpr, labels: recordedLabels }];
    const file = join(await tempFolder("rules"), "rules.yml");
    await writeFile(file, JSON.stringify({ groups: [{ name: "tools", rules: [...records, ...alerts] }] }));
    await server.configure(JSON.stringify({ global: { evaluation_interval: "1s" }, rule_files: [file] }));
  }

  it("shows how each rule fares on all servers that have it, and null for one that none has", async () => {
    const replica = (prometheus: string, state: string, lastError: unknown = null) => ({
      prometheus,
      health: state,
      lastError,
      lastEvaluationAt: time,
    });
    const seconds = expect.any(Number);
    const evaluated = { lastError: null, lastEvaluationAt: time, evaluationDurationSeconds: seconds };
    const duplicate = expect.stringContaining("found duplicate series");
    expect((await app.data(viewer, rulesQuery)).project.rules.nodes).toEqual([
      {
        name: "Calm",
        health: {
          ...evaluated,
          health: "OK",
          alertingState: "INACTIVE",
          replicas: [replica("p1", "OK"), replica("p2", "OK")],
        },
      },
      {
        name: "Failing",
        health: {
          ...evaluated,
          health: "ERR",
          alertingState: "INACTIVE",
          lastError: duplicate,
          replicas: [replica("p1", "ERR", duplicate)],
        },
      },
      {
        name: "Firing",
        health: { ...evaluated, health: "OK", alertingState: "FIRING", replicas: [replica("p1", "OK")] },
      },
      { name: "Unloaded", health: null },
      {
        name: "a:recorded",
        health: { ...evaluated, health: "OK", alertingState: null, replicas: [replica("p1", "OK")] },
      },
    ]);
  });

  it("shows the same of one rule by its id", async () => {
    const query = `query ($id: ID!) { node(id: $id) { ... on Rule { health { health alertingState } } } }`;
    const { node } = await app.data(viewer, query, { id: rules.Firing?.id });
    expect(node).toEqual({ health: { health: "OK", alertingState: "FIRING" } });
  });

  it("answers null while no Prometheus has answered; stored fields stay", async () => {
    const silent = [{ name: "p1", url: `http://127.0.0.1:${await freePort()}` }];
    const another = await startApp(await database.another(), { prometheus: silent });
    const project = await createProject(another, "tools");
    const mutation = `mutation ($input: AlertingRuleCreateInput!) { alertingRuleCreate(input: $input) { revision } }`;
    await another.data(another.operator, mutation, { input: { project, name: "Down", expr: "up == 0" } });
    const { data, errors } = await another.graphql(another.operator, rulesQuery);
    expect(errors).toBeUndefined();
    expect(data.project.rules.nodes).toEqual([{ name: "Down", health: null }]);
  });
});

async function createProject(app: TestApp, name: string): Promise<string> {
  const query = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
  return (await app.data(app.operator, query, { name })).projectCreate.project.id;
}
