import { join } from "node:path";
import { expect, test } from "vitest";
import { startAlertmanager } from "../support/alertmanager.js";
import { waitFor } from "../support/wait-for.js";
import { startWebhookReceiver } from "../support/webhook-receiver.js";
import { aGroup, aProject, type Contact } from "./support/config.js";
import { startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

const base = `route: {receiver: operators, group_wait: 100ms, group_interval: 1s}
receivers: [{name: operators}]
`;

test("a real Alertmanager that runs the config of before finds no other contact's secret for its own", async () => {
  const [mine, theirs] = [await startWebhookReceiver(), await startWebhookReceiver()];
  const contact = (value: string, secret: string): Contact => ({ type: "WEBHOOK", value, secret, sendResolved: true });
  const project = (...contacts: readonly Contact[]) =>
    aProject("a", {
      contactGroups: [aGroup("admins", contacts)],
      defaultContactGroup: { id: "cgr_admins", name: "admins" },
    });
  const server = await startGraphServer();
  // Nobody is told, so that the time between the new files and the new config does not end.
  const machine = await Workspace.make({ url: server.url, prometheus: false, alertmanager: { urls: [] } });
  await machine.base("alertmanager", base);
  server.put(project(contact(mine.url, "member"), contact(theirs.url, "admin")));
  await machine.once();
  const alertmanager = await startAlertmanager({
    configFile: join(machine.directory, "alertmanager/current/alertmanager.yml"),
  });
  server.put(project(contact(theirs.url, "admin")));
  expect(await machine.once()).toMatchObject({ changed: true, refused: [] });

  await alertmanager.postAlerts([{ labels: { alertname: "Down", project: "a" } }]);
  const told = await theirs.waitFor(() => true);
  expect(told.headers.authorization).toBe("Bearer admin");
  const failed = async () => {
    const text = await (await fetch(`${alertmanager.url}/metrics`)).text();
    return (
      Number(/^alertmanager_notification_requests_failed_total\{integration="webhook"\} (\d+)$/m.exec(text)?.[1]) > 0
    );
  };
  await waitFor(async () => mine.deliveries.length > 0 || (await failed()), { what: "an attempt to tell the other" });
  expect(mine.deliveries).toEqual([]);

  await alertmanager.reload();
  await alertmanager.postAlerts([{ labels: { alertname: "Again", project: "a" } }]);
  await theirs.waitFor(({ notification }) => notification.alerts.some(({ labels }) => labels.alertname === "Again"));
  expect(mine.deliveries).toEqual([]);
});
