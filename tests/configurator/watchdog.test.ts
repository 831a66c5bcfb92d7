import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { startAlertmanager } from "../support/alertmanager.js";
import { startWebhookReceiver } from "../support/webhook-receiver.js";
import { aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { alertmanagerBase, Workspace } from "./support/workspace.js";

let server: GraphServer;
beforeEach(async () => {
  server = await startGraphServer();
  server.put(aProject("a"));
});

const matchers = ['alertname="Watchdog"', 'watchdog!=""', 'project=""'];

test("each Prometheus has a rule that always fires, under the name of its agent or one of the settings", async () => {
  const machine = await Workspace.make({ url: server.url, alertmanager: false });
  await machine.once();
  expect(await machine.read("prometheus/current/watchdog.yml")).toBe(`groups:
  - name: _platform/watchdog
    rules:
      - alert: Watchdog
        expr: 'vector(1)'
        labels:
          severity: none
          watchdog: agent-1
        annotations:
          summary: 'Prometheus "agent-1" evaluates its rules and reaches this Alertmanager.'
          description: 'This always fires. While it does not, no alert of this Prometheus can be trusted to arrive.'
`);
  await machine.configure({ url: server.url, alertmanager: false, prometheus: { watchdog: "shard-1" } });
  expect(await machine.once()).toMatchObject({ changed: true, refused: [] });
  expect(await machine.read("prometheus/current/watchdog.yml")).toContain("watchdog: shard-1\n");
});

test("it goes to nobody before any other route can take it, or to the receiver of the settings", async () => {
  const machine = await Workspace.make({ url: server.url, prometheus: false, alertmanager: {} });
  const own = "route: {receiver: operators, routes: [{receiver: operators}]}";
  await machine.base("alertmanager", alertmanagerBase.replace("route: {receiver: operators}", own));
  const config = async () => parse(await machine.read("alertmanager/current/alertmanager.yml"));
  await machine.once();
  expect(await config()).toMatchObject({
    route: { routes: [{ receiver: "_platform/nobody", matchers }, { receiver: "operators" }] },
    receivers: [{ name: "operators" }, { name: "_platform/nobody" }],
  });
  const kept = await machine.read("alertmanager/current/alertmanager.yml");

  const told = (watchdogReceiver: string) =>
    machine.configure({ url: server.url, prometheus: false, alertmanager: { watchdogReceiver } });
  await told("absent");
  const { refused } = await machine.once();
  expect(refused.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^alertmanager: .*undefined receiver "absent" used in route/),
  ]);
  expect(await machine.read("alertmanager/current/alertmanager.yml")).toBe(kept);

  await told("operators");
  await machine.once();
  const rhythm = { group_by: ["watchdog"], group_wait: "0s", group_interval: "1m", repeat_interval: "1m" };
  expect(await config()).toMatchObject({
    route: { routes: [{ receiver: "operators", matchers, ...rhythm }, { receiver: "operators" }] },
    receivers: [{ name: "operators" }],
  });
});

test("a real Alertmanager tells its receiver of it, and of no project's alert that looks like it", async () => {
  const webhook = await startWebhookReceiver();
  const machine = await Workspace.make({
    url: server.url,
    prometheus: false,
    alertmanager: { watchdogReceiver: "outside" },
  });
  const receivers = `[{name: operators}, {name: outside, webhook_configs: [{url: '${webhook.url}/outside'}]}]`;
  await machine.base("alertmanager", alertmanagerBase.replace("[{name: operators}]", receivers));
  await machine.once();
  const configFile = join(machine.directory, "alertmanager/current/alertmanager.yml");
  const alertmanager = await startAlertmanager({ configFile });
  await alertmanager.postAlerts([
    { labels: { alertname: "Watchdog", watchdog: "agent-1", project: "a" } },
    { labels: { alertname: "Watchdog", of: "somebody else's" } },
  ]);
  await alertmanager.postAlerts([{ labels: { alertname: "Watchdog", watchdog: "agent-1", severity: "none" } }]);
  await webhook.waitFor(({ path }) => path === "/outside", 10_000);
  expect(webhook.deliveries.flatMap(({ notification }) => notification.alerts.map(({ labels }) => labels))).toEqual([
    { alertname: "Watchdog", watchdog: "agent-1", severity: "none" },
  ]);
  const held = (await alertmanager.api("/api/v2/alerts")) as { labels: object; receivers: { name: string }[] }[];
  expect(
    new Set(held.map(({ labels, receivers }) => JSON.stringify([labels, ...receivers.map((r) => r.name)]))),
  ).toEqual(
    new Set([
      '[{"alertname":"Watchdog","project":"a","watchdog":"agent-1"},"operators"]',
      `[{"alertname":"Watchdog","of":"somebody else's"},"operators"]`,
      '[{"alertname":"Watchdog","severity":"none","watchdog":"agent-1"},"outside"]',
    ]),
  );
});
