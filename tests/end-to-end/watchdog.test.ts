import { beforeAll, expect, test } from "vitest";
import { createSqliteDatabase } from "../support/databases.js";
import { startPrometheus } from "../support/prometheus.js";
import { waitFor } from "../support/wait-for.js";
import { type RealStack, startRealStack } from "./real-stack.js";

let stack: RealStack;
beforeAll(async () => {
  stack = await startRealStack({ database: await createSqliteDatabase() });
});

const SLOW = { deadlineMs: 60_000, intervalMs: 200 };
const untilState = (state: string) =>
  waitFor(async () => (await stack.client.watchdogs()).find((one) => one.state === state), {
    ...SLOW,
    what: `the watchdog to be ${state}`,
  });
const absentMetric = async () => {
  const metrics = await (await fetch(new URL("/metrics", stack.graphUrl))).text();
  return /^metricsinfra_watchdog_absent\{prometheus="prometheus",alertmanager="main"\} (\d)$/m.exec(metrics)?.[1];
};

test("a Prometheus that stops is found out by its watchdog's absence, and seen to be back", {
  timeout: 240_000,
}, async () => {
  const { client, prometheus, alertmanagers } = stack;
  const there = await untilState("OK");
  expect(there).toEqual({
    name: "prometheus",
    cluster: "main",
    state: "OK",
    lastSeenAt: expect.any(String),
    absentSince: null,
  });
  expect(await absentMetric()).toBe("0");
  for (const alertmanager of alertmanagers) {
    const held = await waitFor(
      async () => {
        const all = (await alertmanager.api("/api/v2/alerts")) as { labels: object; receivers: object[] }[];
        return all.length > 0 && all;
      },
      { ...SLOW, what: "the watchdog in each Alertmanager" },
    );
    expect(held.map(({ labels, receivers }) => ({ labels, receivers }))).toEqual([
      {
        labels: { alertname: "Watchdog", severity: "none", watchdog: "prometheus" },
        receivers: [{ name: "_platform/nobody" }],
      },
    ]);
  }

  await prometheus.stop();
  const absent = await untilState("ABSENT");
  // Not by a minute, and not once the Alertmanagers drop the alert: by the time that the settings set.
  expect(Date.parse(absent.absentSince ?? "") - Date.parse(absent.lastSeenAt ?? "")).toBe(8_000);
  expect(await absentMetric()).toBe("1");
  expect(await client.alertmanagers()).toMatchObject([{ reachable: true }]);

  await startPrometheus({ port: prometheus.port, configFile: prometheus.configFile });
  const back = await untilState("OK");
  expect(back.absentSince).toBeNull();
  expect(await absentMetric()).toBe("0");
});
