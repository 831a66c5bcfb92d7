import { expect, test } from "vitest";
import { firingExpressions, hoursUntil } from "../../server/alerts/firing-query.js";
import { startPrometheus } from "../support/prometheus.js";

test("the hours end between two minutes, less than a minute ago, whenever one asks", () => {
  for (const second of [0, 29, 30, 31, 59]) {
    const nowMs = Date.UTC(2026, 0, 2, 3, 4, second);
    const { fromMs, untilMs, stepMs } = hoursUntil(nowMs, 24);
    expect([stepMs, untilMs - fromMs]).toEqual([3_600_000, 23 * 3_600_000]);
    expect(new Date(untilMs).toISOString()).toBe(second < 30 ? "2026-01-02T03:03:30.000Z" : "2026-01-02T03:04:30.000Z");
  }
});

test("alerts of one project are selected by all of their labels, which may be absent but for the project's and the name", () => {
  const alerts: Readonly<Record<string, string>>[] = [
    { alertname: "Down", project: "shop", instance: "a.b|c", alertstate: "x", "not.a.name": "y" },
    { alertname: "Slow", project: "shop", team: `"\\`, "": "z" },
  ];
  const firing = `ALERTS{alertstate="firing",project="shop",alertname=~"Down|Slow",instance=~"|a\\\\.b\\\\|c",team=~"|\\"\\\\\\\\"}`;
  expect(firingExpressions("shop", alerts)).toEqual([
    `count_over_time(${firing}[1h:1m])`,
    `count_over_time((${firing} unless ${firing} offset 1m)[1h:1m])`,
  ]);
});

test("alerts that belong to no project are asked for as such", () => {
  const [firing] = firingExpressions("", [{ alertname: "A", project: "" }]);
  expect(firing).toBe(`count_over_time(ALERTS{alertstate="firing",project="",alertname=~"A"}[1h:1m])`);
});

test("what would make the query too long is left out of it, and a real Prometheus takes the rest", async () => {
  const prometheus = await startPrometheus();
  const long = (character: string) => character.repeat(1_000);
  const alerts = Array.from({ length: 50 }, (_, index) => ({
    alertname: "A",
    project: "shop",
    a: `${long("é")}${index}`,
    b: `${index}\n`,
    c: long("*"),
  }));
  const [firing, beginning] = firingExpressions("shop", alerts);
  expect(firing.length).toBeLessThan(33_000);
  expect([firing.includes(",a=~"), firing.includes(",b=~"), firing.includes(",c=~")]).toEqual([false, true, true]);
  for (const query of [firing, beginning]) {
    const response = await fetch(`${prometheus.url}/api/v1/query`, {
      method: "POST",
      body: new URLSearchParams({ query }),
    });
    expect(await response.json()).toMatchObject({ status: "success", data: { result: [] } });
  }
});
