import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { startAlertmanager } from "../support/alertmanager.js";
import { createMariadbDatabase, type MariadbSettings } from "../support/mariadb.js";
import { freePort } from "../support/ports.js";
import { type RunningProcess, startProcess } from "../support/process.js";
import { sqlOn } from "../support/sql.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { startCountingProxy } from "./counting-proxy.js";
import { createProjects, firing, historyOf, minuteMs, resolved, startHistoryApp, statesOf } from "./history-app.js";

const main = fileURLToPath(new URL("../../dist/server/main.js", import.meta.url));

/** A server as a process of its own. */
async function startServer(database: MariadbSettings, alertmanagerUrl: string): Promise<RunningProcess> {
  const [port, folder] = [await freePort(), await tempFolder("server")];
  const settings = join(folder, "server.yml");
  // JSON is YAML.
  await writeFile(
    settings,
    JSON.stringify({
      listen: { port },
      database,
      alertmanagers: [{ name: "main", members: [{ name: "main-1", url: alertmanagerUrl }] }],
      upstreams: { pollIntervalSeconds: 0.1 },
    }),
  );
  return startProcess({
    name: "server",
    command: process.execPath,
    args: [main, "serve", "--settings", settings],
    ready: { url: `http://127.0.0.1:${port}/readyz` },
  });
}

const holderIn = async (database: MariadbSettings) => {
  const sql = await sqlOn(database);
  return async () => {
    const [row] = await sql(
      "SELECT holder, term FROM lease WHERE name = 'alert-history' AND expires_at > UTC_TIMESTAMP(3)",
    );
    return row;
  };
};

it("of two servers one records; when it is killed the other goes on, and nothing is missing or there twice", {
  timeout: 90_000,
}, async () => {
  const [database, alertmanager] = [await createMariadbDatabase(), await startAlertmanager()];
  const first = await startServer(database, alertmanager.url);
  const holder = await holderIn(database);
  const holderBefore = await waitFor(holder, { what: "the first server to record" });
  const proxy = await startCountingProxy(alertmanager);
  const app = await startHistoryApp(database, [proxy]);
  await createProjects(app, "p");
  const beganMs = Date.now() - minuteMs;
  const labels = (alertname: string) => ({ alertname, project: "p" });
  await alertmanager.postAlerts(["Stays", "Ends", "Flaps"].map((name) => firing(labels(name), beganMs)));
  await statesOf(app, "Stays", ["FIRING"]);
  await alertmanager.postAlerts([resolved(labels("Flaps"), beganMs)]);
  await statesOf(app, "Flaps", ["RESOLVED"]);
  await proxy.readAnew();
  const before = await historyOf(app, {});
  expect(await holder()).toEqual(holderBefore);

  first.signal("SIGKILL");
  await first.exited;
  const killedMs = Date.now();
  await alertmanager.postAlerts([
    resolved(labels("Ends"), beganMs),
    firing(labels("Flaps"), killedMs),
    firing(labels("Short"), killedMs),
  ]);
  await proxy.readAnew();
  await alertmanager.postAlerts([resolved(labels("Short"), killedMs)]);
  await proxy.readAnew();
  const seenMs = Date.now();
  expect(await holder()).toEqual(holderBefore);

  await statesOf(app, "Short", ["RESOLVED"], 40_000);
  await statesOf(app, "Ends", ["RESOLVED"]);
  expect(await holder()).not.toEqual(holderBefore);
  // The other server saw it all.
  const seen = expect.toSatisfy((at) => Date.parse(at) >= killedMs && Date.parse(at) <= seenMs);
  const told = await historyOf(app, {});
  expect(
    told
      .filter(({ startsAt }) => Date.parse(startsAt) === killedMs)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["Flaps", "Short"]);
  expect(told.filter(({ startsAt }) => Date.parse(startsAt) === beganMs)).toEqual(
    before.map((episode) =>
      episode.name === "Ends" ? { ...episode, state: "RESOLVED", resolvedAt: seen, resolvedBefore: null } : episode,
    ),
  );
  expect(told).toHaveLength(5);
});

it("a server that is told to stop lets the other go on at once", { timeout: 60_000 }, async () => {
  const [database, alertmanager] = [await createMariadbDatabase(), await startAlertmanager()];
  const first = await startHistoryApp(database, [alertmanager]);
  const holder = await holderIn(database);
  await waitFor(holder, { what: "the first server to record" });
  const second = await startHistoryApp(database, [alertmanager]);
  await createProjects(second, "p");
  const beganMs = Date.now() - minuteMs;
  await alertmanager.postAlerts([firing({ alertname: "Down", project: "p" }, beganMs)]);
  const before = await statesOf(second, "Down", ["FIRING"]);
  await first.close();
  await alertmanager.postAlerts([resolved({ alertname: "Down", project: "p" }, beganMs)]);
  const [after] = await statesOf(second, "Down", ["RESOLVED"], 8_000);
  expect(after).toEqual({ ...before[0], state: "RESOLVED", resolvedAt: expect.any(String) });
});
