import { expect, it } from "vitest";
import { startAlertmanager } from "../support/alertmanager.js";
import { atEnd } from "../support/at-end.js";
import { Cable } from "../support/cable.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import { freePort } from "../support/ports.js";
import { waitFor } from "../support/wait-for.js";
import { startCountingProxy } from "./counting-proxy.js";
import { createProjects, firing, historyOf, minuteMs, resolved, startHistoryApp, statesOf } from "./history-app.js";

it("what fires and resolves while the database is away is in the history afterwards, with the times at which it was seen", {
  timeout: 60_000,
}, async () => {
  const [settings, port, alertmanager] = [await createMariadbDatabase(), await freePort(), await startAlertmanager()];
  const cable = new Cable(port, settings);
  await cable.plugIn();
  atEnd(() => cable.cut());
  const proxy = await startCountingProxy(alertmanager);
  const lines: string[] = [];
  const database = { ...settings, port, timeoutSeconds: 1 } as typeof settings;
  const app = await startHistoryApp(database, [proxy], { onLog: (line) => lines.push(line) });
  await createProjects(app, "p");
  const beganMs = Date.now() - minuteMs;
  const [stays, ends, short] = ["Stays", "Ends", "Short"].map((alertname) => ({ alertname, project: "p" }));
  if (!stays || !ends || !short) return expect.fail();
  await alertmanager.postAlerts([firing(stays, beganMs), firing(ends, beganMs)]);
  await statesOf(app, "Stays", ["FIRING"]);
  await statesOf(app, "Ends", ["FIRING"]);
  const before = await historyOf(app, {});

  await cable.cut();
  const cutMs = Date.now();
  await alertmanager.postAlerts([resolved(ends, beganMs), firing(short, cutMs)]);
  await proxy.readAnew();
  await alertmanager.postAlerts([resolved(short, cutMs), firing({ alertname: "New", project: "p" }, cutMs + 1)]);
  await proxy.readAnew();
  const unwritten = "The history of alerts cannot be written; it is kept in memory until it can";
  await waitFor(() => lines.some((line) => line.includes(unwritten)), { what: "a failure to write it" });
  const pluggedMs = Date.now();
  await cable.plugIn();

  await statesOf(app, "New", ["FIRING"]);
  const meanwhile = expect.toSatisfy((at) => Date.parse(at) >= cutMs && Date.parse(at) <= pluggedMs);
  const told = await historyOf(app, {});
  expect(told).toMatchObject([
    { name: "New", state: "FIRING", resolvedAt: null },
    { name: "Short", state: "RESOLVED", resolvedAt: meanwhile, resolvedBefore: null },
    ...before.map((episode) =>
      episode.name === "Ends" ? { ...episode, state: "RESOLVED", resolvedAt: meanwhile } : episode,
    ),
  ]);
  expect(lines.filter((line) => line.includes(unwritten))).toHaveLength(1);
});
