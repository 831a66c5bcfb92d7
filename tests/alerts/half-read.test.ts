import { expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const mostBytes = 20_000;
const everything = `{ alerts { nodes { name } totalCount } silences { totalCount }
  projects { nodes { alertCounts { total } usage { silences } } }
  alertmanagers { reachable error members { reachable error } } }`;

async function start(...alertmanagers: readonly Alertmanager[]): Promise<TestApp> {
  const app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: alertmanagers.map(({ url }, n) => ({ name: `am${n + 1}`, url })) }],
    upstreams: { pollIntervalSeconds: 0.1, mostBytes },
  });
  await app.data(app.operator, `mutation { projectCreate(input: { name: "p" }) { project { id } } }`);
  return app;
}

const seen = (app: TestApp) => app.data(app.operator, everything);
const alert = (alertname: string, note = "") => ({ labels: { alertname, project: "p" }, annotations: { note } });

async function silence(alertmanager: Alertmanager, comment: string): Promise<void> {
  const [startsAt, endsAt] = [new Date(), new Date(Date.now() + 3_600_000)];
  const matchers = [{ name: "project", value: "p", isRegex: false, isEqual: true }];
  const body = JSON.stringify({ matchers, startsAt, endsAt, createdBy: "amtool", comment });
  await alertmanager.api("/api/v2/silences", { method: "POST", headers: { "content-type": "application/json" }, body });
}
const fillWithSilences = async (alertmanager: Alertmanager) => {
  for (let n = 0; n < 25; n++) await silence(alertmanager, `${n} ${"x".repeat(1_000)}`);
};

const tooMuch = (what: string, name = "am1") => ({
  reachable: false,
  error: `Its ${what} cannot be read: Alertmanager "${name}" answered with more than ${mostBytes} bytes.`,
});

test("silences that cannot be read keep nobody from new alerts", async () => {
  const alertmanager = await startAlertmanager();
  await silence(alertmanager, "before");
  const app = await start(alertmanager);
  await waitFor(async () => (await seen(app)).silences?.totalCount === 1, { what: "the first silence" });
  await fillWithSilences(alertmanager);
  await alertmanager.postAlerts([alert("New")]);
  await waitFor(async () => (await seen(app)).alerts.totalCount === 1, { what: "the new alert" });
  const { alerts, silences, alertmanagers } = await seen(app);
  expect(alerts.nodes).toEqual([{ name: "New" }]);
  expect(silences.totalCount).toBeGreaterThanOrEqual(1);
  expect(alertmanagers).toEqual([{ ...tooMuch("silences"), members: [tooMuch("silences")] }]);

  // One that never read them does not say that there are none.
  const later = await start(alertmanager);
  expect(await seen(later)).toMatchObject({
    alerts: { nodes: [{ name: "New" }] },
    silences: null,
    projects: { nodes: [{ alertCounts: { total: 1 }, usage: { silences: null } }] },
  });
});

test("alerts that cannot be read keep nobody from new silences", async () => {
  const alertmanager = await startAlertmanager();
  await alertmanager.postAlerts(Array.from({ length: 25 }, (_, n) => alert(`A${n}`, "x".repeat(1_000))));
  const app = await start(alertmanager);
  await silence(alertmanager, "new");
  await waitFor(async () => (await seen(app)).silences?.totalCount === 1, { what: "the new silence" });
  expect(await seen(app)).toEqual({
    alerts: null,
    silences: { totalCount: 1 },
    projects: { nodes: [{ alertCounts: null, usage: { silences: 1 } }] },
    alertmanagers: [{ ...tooMuch("alerts"), members: [tooMuch("alerts")] }],
  });
});

test("a member that gives both is read rather than one that gives half", async () => {
  const [full, whole] = [await startAlertmanager(), await startAlertmanager()];
  await fillWithSilences(full);
  await whole.postAlerts([alert("Whole")]);
  await silence(whole, "whole");
  const app = await start(full, whole);
  await waitFor(async () => (await seen(app)).alertmanagers[0].reachable, { what: "the second member to be read" });
  expect(await seen(app)).toMatchObject({
    alerts: { nodes: [{ name: "Whole" }] },
    silences: { totalCount: 1 },
    alertmanagers: [{ error: null, members: [{ reachable: expect.any(Boolean) }, { reachable: true, error: null }] }],
  });
});
