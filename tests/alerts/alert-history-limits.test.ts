import { beforeAll, expect, it } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { sqlOn } from "../support/sql.js";
import { waitFor } from "../support/wait-for.js";
import { createProjects, firing, historyOf, minuteMs, resolved, startHistoryApp, statesOf } from "./history-app.js";

const dayMs = 24 * 60 * minuteMs;
const counts = `{ project(name: "flapping") { alertHistoryCounts { leftOut } alertHistory { leftOut nodes { name } } }
  alertHistory { leftOut }
  others: alertHistory(filter: { projects: ["calm"] }) { leftOut } }`;

describeOnEachDatabase((database) => {
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    alertmanager = await startAlertmanager();
  });

  it("records so many firings of a project in a day, and tells how many more there were; a restart counts none twice", {
    timeout: 90_000,
  }, async () => {
    const settings = await database.another();
    const start = () => startHistoryApp(settings, [alertmanager], { alertHistory: { mostPerProjectAndDay: 3 } });
    let app = await start();
    const ids = await createProjects(app, "flapping", "calm");
    const beganMs = Date.now() - minuteMs;
    const flapping = (index: number) => ({ alertname: `Flapping${index}`, project: "flapping" });
    const all = [0, 1, 2, 3, 4].map((index) => firing(flapping(index), beganMs + index));
    await alertmanager.postAlerts(all);
    const told = async (token = app.operator) => app.data(token, counts);
    await waitFor(async () => (await told()).alertHistory.leftOut === 2, { what: "two to be left out" });
    await alertmanager.postAlerts([firing({ alertname: "Calm", project: "calm" }, beganMs)]);
    await statesOf(app, "Calm", ["FIRING"]);
    const expected = {
      project: {
        alertHistoryCounts: { leftOut: 2 },
        alertHistory: { leftOut: 2, nodes: expect.toSatisfy((nodes) => nodes.length === 3) },
      },
      alertHistory: { leftOut: 2 },
      others: { leftOut: 0 },
    };
    expect(await told()).toEqual(expected);
    const calm = await app.token({ [ids.calm ?? ""]: "VIEWER" });
    expect(await told(calm)).toEqual({ project: null, alertHistory: { leftOut: 0 }, others: { leftOut: 0 } });

    await app.close();
    app = await start();
    await alertmanager.postAlerts([resolved({ alertname: "Calm", project: "calm" }, beganMs)]);
    await statesOf(app, "Calm", ["RESOLVED"]);
    expect(await told()).toEqual(expected);
    // What was left out is not there when it resolves either, and the next one is left out again.
    await alertmanager.postAlerts([
      ...all.map(({ labels }, index) => resolved(labels, beganMs + index)),
      firing(flapping(5), Date.now()),
    ]);
    await waitFor(async () => (await told()).alertHistory.leftOut === 3, { what: "one more to be left out" });
    await waitFor(async () => (await historyOf(app, { states: ["FIRING"] })).length === 0, { what: "all to be over" });
    expect((await historyOf(app, { projects: ["flapping"] })).length).toBe(3);
  });

  it("records nothing when told so", async () => {
    const app = await startHistoryApp(await database.another(), [alertmanager], {
      alertHistory: { mostPerProjectAndDay: 0 },
    });
    await alertmanager.postAlerts([firing({ alertname: "Unrecorded" }, Date.now())]);
    await waitFor(async () => (await app.data(app.operator, "{ alertHistory { leftOut } }")).alertHistory.leftOut > 0, {
      what: "it to be left out",
    });
    expect(await historyOf(app, {})).toEqual([]);
  });

  it("is removed once a day when it is over for longer than it is kept, however long it fired", {
    timeout: 60_000,
  }, async () => {
    const settings = await database.another();
    const filling = await startHistoryApp(settings, [alertmanager]);
    const sql = await sqlOn(settings);
    const old = ["Over", "Recent", "Firing"].map((alertname) => firing({ alertname }, Date.now() - 90 * dayMs));
    await alertmanager.postAlerts(old);
    for (const name of ["Over", "Recent", "Firing"]) await statesOf(filling, name, ["FIRING"]);
    await alertmanager.postAlerts(old.slice(0, 2).map(({ labels }) => resolved(labels, Date.now() - 90 * dayMs)));
    for (const name of ["Over", "Recent"]) await statesOf(filling, name, ["RESOLVED"]);
    await filling.close();
    const stored = (ms: number) => new Date(ms).toISOString().replace("T", " ").slice(0, -1);
    await sql("UPDATE alert_episode SET resolved_at = ? WHERE name = 'Over'", [stored(Date.now() - 11 * dayMs)]);
    await sql("UPDATE alert_episode SET resolved_at = ? WHERE name = 'Recent'", [stored(Date.now() - 9 * dayMs)]);
    await sql("INSERT INTO alert_history_day (project_id, day, recorded, left_out) VALUES ('', '2020-01-01', 1, 1)");
    const lines: string[] = [];
    const app = await startHistoryApp(settings, [alertmanager], {
      alertHistory: { retentionDays: 10 },
      random: () => 0,
      onLog: (line) => lines.push(line),
    });
    const removed = "Removed old entries of the history of alerts";
    const line = await waitFor(() => lines.find((one) => one.includes(removed)), { what: "old ones to be removed" });
    expect(JSON.parse(line)).toMatchObject({ episodes: 1 });
    const names = (await historyOf(app, {})).map(({ name }) => name);
    expect(["Over", "Recent", "Firing"].filter((name) => names.includes(name))).toEqual(["Recent", "Firing"]);
    expect((await app.data(app.operator, "{ alertHistory { leftOut } }")).alertHistory).toEqual({ leftOut: 0 });
  });
});
