import { beforeAll, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const config = `
route: {receiver: quiet, group_wait: 1s, group_interval: 1s}
receivers: [{name: quiet}]
inhibit_rules:
  - source_matchers: ['alertname="Other"']
    target_matchers: ['alertname="Leaf"']
  - source_matchers: ['alertname="Root"']
    target_matchers: ['alertname="Leaf"', 'zone=~"a|b"']
    equal: [zone]
`;
const reasons = `{ kind by until isPlatform matchers { name value isRegex isEqual } equalLabels silence { comment }
  acknowledgement { note } inhibitor { name } muteTiming }`;
const nothing = {
  ...{ by: null, until: null, isPlatform: false, matchers: [], equalLabels: [], silence: null },
  ...{ acknowledgement: null, inhibitor: null, muteTiming: null },
};
const equal = (name: string, value: string) => ({ name, value, isRegex: false, isEqual: true });

let alertmanager: Alertmanager;
let app: TestApp;
let alpha: string;
let ofAlpha: string;

beforeAll(async () => {
  alertmanager = await startAlertmanager({ config });
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
  });
  const create = (name: string) => `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`;
  alpha = (await app.data(app.operator, create("alpha"))).projectCreate.project.id;
  await app.data(app.operator, create("beta"));
  ofAlpha = await app.token({ [alpha]: "MEMBER" });
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const labelSets: readonly Readonly<Record<string, string>>[] = [
    { alertname: "Down", project: "alpha" },
    { alertname: "Leaf", project: "alpha", zone: "a" },
    { alertname: "Root", project: "beta", zone: "a" },
    { alertname: "Loud", project: "alpha" },
  ];
  await alertmanager.postAlerts(labelSets.map((labels) => ({ labels, endsAt })));
  await waitFor(
    async () => (await app.data(app.operator, "{ alertCounts { suppressed } }")).alertCounts?.suppressed === 1,
    {
      what: "one to inhibit another",
    },
  );
});

async function reasonsOf(token: string, name: string) {
  const query = `{ alerts(filter: { matchers: ["alertname=${name}"] }) { nodes { quietReasons ${reasons} } } }`;
  return (await app.data(token, query)).alerts.nodes[0].quietReasons;
}

test("an alert that nothing keeps quiet has no reasons", async () => {
  expect(await reasonsOf(ofAlpha, "Loud")).toEqual([]);
});

test("silences, the project's and the platform's, and the acknowledgement are told apart", async () => {
  const silence = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { silence { endsAt } userErrors { message } } }`;
  const matchers = [{ name: "alertname", value: "D.*", isRegex: true }];
  const own = await app.data(ofAlpha, silence, {
    input: { project: alpha, matchers, duration: "1h", comment: "mending" },
  });
  const platform = await app.data(app.operator, silence, {
    input: { matchers: [{ name: "alertname", value: "Down" }], duration: "2h", comment: "moving" },
  });
  const { alerts } = await app.data(ofAlpha, `{ alerts(filter: { matchers: ["alertname=Down"] }) { nodes { id } } }`);
  const acknowledge = `mutation ($input: AlertsAcknowledgeInput!) { alertsAcknowledge(input: $input) { results { userErrors { message } } } }`;
  await app.data(ofAlpha, acknowledge, { input: { alerts: [alerts.nodes[0].id], note: "mine", owner: "ann" } });
  const found = await reasonsOf(ofAlpha, "Down");
  expect(found).toHaveLength(3);
  expect(found).toEqual(
    expect.arrayContaining([
      {
        ...nothing,
        ...{ kind: "SILENCE", by: "test", until: own.silenceCreate.silence.endsAt, silence: { comment: "mending" } },
        matchers: [equal("project", "alpha"), { ...equal("alertname", "D.*"), isRegex: true }],
      },
      {
        ...nothing,
        ...{ kind: "SILENCE", by: "test", until: platform.silenceCreate.silence.endsAt, isPlatform: true },
        ...{ silence: { comment: "moving" }, matchers: [equal("alertname", "Down")] },
      },
      {
        ...nothing,
        ...{ kind: "ACKNOWLEDGEMENT", by: "ann", acknowledgement: { note: "mine" } },
        silence: { comment: expect.stringMatching(/^Acknowledged by test for ann: mine \[ack_\w+\]$/) },
        matchers: expect.arrayContaining([equal("project", "alpha"), equal("alertname", "Down")]),
      },
    ]),
  );
});

test("an inhibition names its rule, and the alert only to who may see that", async () => {
  const inhibition = {
    ...nothing,
    ...{ kind: "INHIBITION", isPlatform: true, equalLabels: ["zone"] },
    matchers: [equal("alertname", "Leaf"), { ...equal("zone", "a|b"), isRegex: true }],
  };
  expect(await reasonsOf(ofAlpha, "Leaf")).toEqual([inhibition]);
  expect(await reasonsOf(app.operator, "Leaf")).toEqual([{ ...inhibition, inhibitor: { name: "Root" } }]);
});
