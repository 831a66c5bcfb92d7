import { beforeAll, expect, it } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import type { TestApp } from "../support/app.js";
import { untilFileEnd } from "../support/at-end.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";
import { createProjects, firing, historyOf, minuteMs, resolved, startHistoryApp, statesOf } from "./history-app.js";

const isoAt = (ms: number) => new Date(ms).toISOString();
const soon = expect.toSatisfy((at) => typeof at === "string" && Math.abs(Date.parse(at) - Date.now()) < minuteMs);

describeOnEachDatabase((database) => {
  let alertmanager: Alertmanager;
  let app: TestApp;
  let alpha = "";
  let member = "";

  beforeAll(async () => {
    alertmanager = await startAlertmanager();
    app = await untilFileEnd(() => startHistoryApp(database.settings, [alertmanager]));
    alpha = (await createProjects(app, "alpha", "counted")).alpha ?? "";
    member = await app.token({ [alpha]: "MEMBER" });
  });

  it("tells what fires, that it was silenced, and when it resolved", { timeout: 60_000 }, async () => {
    const startsAtMs = Date.now() - 10 * minuteMs;
    const labels = { alertname: "Down", project: "alpha", instance: "a-1", severity: "page" };
    await alertmanager.postAlerts([{ ...firing(labels, startsAtMs), annotations: { summary: "a-1 is down" } }]);
    const [{ id } = expect.fail()] = await statesOf(app, "Down", ["FIRING"]);
    const all = `{ project(name: "alpha") { alertHistory(filter: { names: ["Down"] }) { leftOut nodes { id fingerprint name severity
      project { name } labels annotations clusters startsAt firstSeenAt resolvedAt resolvedBefore state durationSeconds
      suppressedSeconds stateChanges { at state silenced inhibited muted } alert { state history { nodes { id } } } } } } }`;
    const history = async () => (await app.data(member, all)).project.alertHistory;
    const tenMinutes = expect.toSatisfy((seconds) => seconds >= 600 && seconds < 660);
    const told = {
      id,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: "Down",
      severity: "page",
      project: { name: "alpha" },
      labels,
      annotations: { summary: "a-1 is down" },
      clusters: ["main"],
      startsAt: isoAt(startsAtMs),
      firstSeenAt: soon,
      resolvedBefore: null,
      durationSeconds: tenMinutes,
    };
    const active = { at: soon, state: "ACTIVE", silenced: false, inhibited: false, muted: false };
    expect(await history()).toEqual({
      leftOut: 0,
      nodes: [
        {
          ...told,
          ...{ state: "FIRING", resolvedAt: null, suppressedSeconds: 0, stateChanges: [active] },
          alert: { state: "ACTIVE", history: { nodes: [{ id }] } },
        },
      ],
    });

    const silence = `mutation { silenceCreate(input: { project: "${alpha}", comment: "known", duration: "1h",
      matchers: [{ name: "alertname", value: "Down" }] }) { silence { id } } }`;
    await app.data(member, silence);
    await waitFor(async () => (await history()).nodes[0].stateChanges.length === 2, { what: "the silence to be seen" });
    await waitFor(async () => (await history()).nodes[0].suppressedSeconds >= 1, { what: "a second of silence" });
    await alertmanager.postAlerts([resolved(labels, startsAtMs)]);
    await statesOf(app, "Down", ["RESOLVED"]);
    const [over] = (await history()).nodes;
    expect(over).toEqual({
      ...told,
      ...{ state: "RESOLVED", resolvedAt: soon, alert: null },
      suppressedSeconds: expect.toSatisfy((seconds) => seconds >= 1 && seconds < 60),
      stateChanges: [active, { ...active, state: "SUPPRESSED", silenced: true }],
    });
    expect(over.durationSeconds).toBe((Date.parse(over.resolvedAt) - startsAtMs) / 1_000);
  });

  it("has an episode for each time that an alert fires, and counts them by name", { timeout: 60_000 }, async () => {
    const [flapping, steady] = ["Flapping", "Steady"].map((alertname) => ({ alertname, project: "counted" }));
    if (!flapping || !steady) return expect.fail();
    const beganMs = Date.now() - 30 * minuteMs;
    await alertmanager.postAlerts([firing(steady, beganMs + 1), firing(flapping, beganMs)]);
    await statesOf(app, "Flapping", ["FIRING"]);
    await alertmanager.postAlerts([resolved(flapping, beganMs)]);
    await statesOf(app, "Flapping", ["RESOLVED"]);
    const againMs = Date.now();
    await alertmanager.postAlerts([firing(flapping, againMs)]);
    const episodes = await statesOf(app, "Flapping", ["FIRING", "RESOLVED"]);
    expect(episodes.map(({ startsAt }) => startsAt)).toEqual([isoAt(againMs), isoAt(beganMs)]);

    const { alerts, project } = await app.data(
      app.operator,
      `{ alerts(filter: { matchers: ["alertname=Flapping"] }) { nodes { history(first: 1) { nodes { id } pageInfo { hasNextPage } } } }
        project(name: "counted") { alertHistoryCounts(since: "${isoAt(beganMs)}") {
          leftOut names { name episodes firing firingSeconds lastStartsAt } } } }`,
    );
    expect(alerts.nodes).toEqual([{ history: { nodes: [{ id: episodes[0]?.id }], pageInfo: { hasNextPage: true } } }]);
    const halfAnHour = expect.toSatisfy((seconds) => seconds > 1_790 && seconds < 1_900);
    expect(project.alertHistoryCounts).toEqual({
      leftOut: 0,
      names: [
        { name: "Flapping", episodes: 2, firing: 1, firingSeconds: halfAnHour, lastStartsAt: isoAt(againMs) },
        { name: "Steady", episodes: 1, firing: 1, firingSeconds: halfAnHour, lastStartsAt: isoAt(beganMs + 1) },
      ],
    });
  });

  it("goes on after a restart: what resolved meanwhile is over, with the times between which it ended", {
    timeout: 60_000,
  }, async () => {
    const beganMs = Date.now() - 20 * minuteMs;
    const [goesOn, ends, firesAgain] = ["GoesOn", "Ends", "FiresAgain"].map((alertname) => ({
      alertname,
      project: "alpha",
    }));
    if (!goesOn || !ends || !firesAgain) return expect.fail();
    await alertmanager.postAlerts([goesOn, ends, firesAgain].map((labels) => firing(labels, beganMs)));
    for (const { alertname } of [goesOn, ends, firesAgain]) await statesOf(app, alertname, ["FIRING"]);
    const [before] = await historyOf(app, { names: ["GoesOn"] });
    const closingMs = Date.now();
    await app.close();
    const closedMs = Date.now();
    await alertmanager.postAlerts([resolved(ends, beganMs), resolved(firesAgain, beganMs)]);
    const againMs = Date.now();
    await alertmanager.postAlerts([
      firing(firesAgain, againMs),
      firing({ alertname: "New", project: "alpha" }, againMs),
    ]);
    const startingMs = Date.now();
    app = await untilFileEnd(() => startHistoryApp(database.settings, [alertmanager]));
    const [ended] = await statesOf(app, "Ends", ["RESOLVED"]);
    const [again, earlier] = await statesOf(app, "FiresAgain", ["FIRING", "RESOLVED"]);
    await statesOf(app, "New", ["FIRING"]);
    expect(await statesOf(app, "GoesOn", ["FIRING"])).toEqual([before]);
    const within = (fromMs: number, toMs: number) =>
      expect.toSatisfy((at) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
    // It is known to have fired when it was last read before the end.
    const lastRead = within(closingMs - 5_000, closedMs);
    expect(ended).toMatchObject({ resolvedAt: lastRead, resolvedBefore: within(startingMs, Date.now()) });
    expect(earlier).toMatchObject({ resolvedAt: lastRead, resolvedBefore: isoAt(againMs) });
    expect(again).toMatchObject({ startsAt: isoAt(againMs), resolvedBefore: null });
  });

  it("goes on with an alert that its Alertmanager lost and hears of again", { timeout: 60_000 }, async () => {
    const labels = { alertname: "Lost", project: "alpha" };
    const beganMs = Date.now() - 5 * minuteMs;
    await alertmanager.postAlerts([firing(labels, beganMs)]);
    const before = await statesOf(app, "Lost", ["FIRING"]);
    const { port } = alertmanager;
    await alertmanager.stop();
    alertmanager = await untilFileEnd(() => startAlertmanager({ port }));
    await statesOf(app, "Lost", ["RESOLVED"]);
    await alertmanager.postAlerts([firing(labels, beganMs)]);
    expect(await statesOf(app, "Lost", ["FIRING"])).toEqual(before);
  });

  it("does not take alerts for resolved while it cannot ask their Alertmanager, not after a restart either", {
    timeout: 60_000,
  }, async () => {
    const labels = { alertname: "Unreachable", project: "alpha" };
    const beganMs = Date.now() - 5 * minuteMs;
    await alertmanager.postAlerts([firing(labels, beganMs)]);
    const before = await statesOf(app, "Unreachable", ["FIRING"]);
    const { port } = alertmanager;
    await alertmanager.stop();
    await app.close();
    const other = await untilFileEnd(() => startAlertmanager());
    await other.postAlerts([firing({ alertname: "Elsewhere", project: "alpha" }, Date.now())]);
    const members = [{ url: `http://127.0.0.1:${port}` }, other];
    app = await untilFileEnd(() => startHistoryApp(database.settings, members));
    await statesOf(app, "Elsewhere", ["FIRING"]);
    expect(await historyOf(app, { names: ["Unreachable"] })).toEqual(before);
    alertmanager = await untilFileEnd(() => startAlertmanager({ port }));
    const [ended] = await statesOf(app, "Unreachable", ["RESOLVED"]);
    expect(ended).toMatchObject({ resolvedAt: soon, resolvedBefore: soon });
  });
});
