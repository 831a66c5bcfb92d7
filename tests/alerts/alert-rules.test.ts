import { beforeAll, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const createProject = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
const createRule = `mutation ($input: AlertingRuleCreateInput!) {
  alertingRuleCreate(input: $input) { alertingRule { id } userErrors { message path } } }`;
const createGlobalRule = `mutation ($input: GlobalRuleCreateInput!) {
  globalRuleCreate(input: $input) { globalRule { id } userErrors { message path } } }`;

let alertmanager: Alertmanager;
let app: TestApp;
let ruleId: string;
let globalRuleId: string;
let ofAlpha: string;
let ofBeta: string;

beforeAll(async () => {
  alertmanager = await startAlertmanager();
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
  });
  const project = async (name: string) =>
    (await app.data(app.operator, createProject, { name })).projectCreate.project.id;
  const [alpha, beta] = [await project("alpha"), await project("beta")];
  ofAlpha = await app.token({ [alpha]: "VIEWER" });
  ofBeta = await app.token({ [beta]: "VIEWER" });
  const rule = { project: alpha, name: "Down", expr: "up == 0" };
  ruleId = (await app.data(app.operator, createRule, { input: rule })).alertingRuleCreate.alertingRule.id;
  const globalRule = { name: "Everywhere", expr: "up == 0" };
  globalRuleId = (await app.data(app.operator, createGlobalRule, { input: globalRule })).globalRuleCreate.globalRule.id;
  const alert = (alertname: string, projectName: string, id: string) => ({
    labels: { alertname, project: projectName },
    annotations: { metricsinfra_rule_id: id },
  });
  await alertmanager.postAlerts([
    alert("Real", "alpha", ruleId),
    alert("Second", "alpha", ruleId),
    alert("Forged", "beta", ruleId),
    alert("Global", "beta", globalRuleId),
    alert("Unknown", "alpha", "rul_00000000008008000000000000"),
    alert("Nonsense", "alpha", "Robert'); DROP TABLE rule"),
  ]);
  await waitFor(async () => (await app.data(app.operator, "{ alerts { totalCount } }")).alerts?.totalCount === 6, {
    what: "the alerts to be in the graph",
  });
});

const rulesSeenBy = async (token: string) => {
  const query = `{ alerts(orderBy: NAME_ASC) { nodes { name rule { id name } globalRule { id name } } } }`;
  return (await app.data(token, query)).alerts.nodes;
};

test("an alert has the rule that it comes of, and none that it only claims", async () => {
  const rule = { rule: { id: ruleId, name: "Down" }, globalRule: null };
  const none = { rule: null, globalRule: null };
  const globalRule = { rule: null, globalRule: { id: globalRuleId, name: "Everywhere" } };
  expect(await rulesSeenBy(app.operator)).toEqual([
    { name: "Forged", ...none },
    { name: "Global", ...globalRule },
    { name: "Nonsense", ...none },
    { name: "Real", ...rule },
    { name: "Second", ...rule },
    { name: "Unknown", ...none },
  ]);
  expect(await rulesSeenBy(ofBeta)).toEqual([
    { name: "Forged", ...none },
    { name: "Global", ...globalRule },
  ]);
});

test("a rule has the alerts that come of it, and none that only claim to", async () => {
  const query = `query ($id: ID!, $after: String) { node(id: $id) { ... on AlertingRule {
    alerts(first: 1, after: $after) { totalCount nodes { name rule { id } } pageInfo { hasNextPage endCursor } } } } }`;
  const { node: first } = await app.data(ofAlpha, query, { id: ruleId });
  const { node: second } = await app.data(ofAlpha, query, { id: ruleId, after: first.alerts.pageInfo.endCursor });
  expect([first, second].map(({ alerts }) => [alerts.totalCount, alerts.pageInfo.hasNextPage])).toEqual([
    [2, true],
    [2, false],
  ]);
  expect([first, second].map(({ alerts }) => alerts.nodes[0].name).sort()).toEqual(["Real", "Second"]);
  expect(await app.data(ofBeta, query, { id: ruleId })).toEqual({ node: null });
});

test("the join takes as many statements for many alerts as for one", async () => {
  const query = (
    first: number,
  ) => `{ alerts(first: ${first}, orderBy: NAME_ASC, filter: { matchers: ["alertname=~Real|Second"] }) {
    nodes { project { name } rule { name project { name } } globalRule { name } } } }`;
  const [one, many] = [
    await app.statementsOf(() => app.data(ofAlpha, query(1))),
    await app.statementsOf(() => app.data(ofAlpha, query(50))),
  ];
  expect(many).toHaveLength(one.length);
});
