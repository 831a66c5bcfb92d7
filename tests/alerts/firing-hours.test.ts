import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const minute = 60_000;
const hour = 60 * minute;
// It stands still, and so do the hours.
const nowMs = Date.now();
const endMs = Math.floor((nowMs - minute / 2) / minute) * minute + minute / 2;
const odd = `a"b\\c\n(é|x)*{}[😀]$^.+?`;

type Labels = Readonly<Record<string, string>>;
const down = { alertname: "Down", instance: odd, project: "shop", severity: "page" };
const disk = { ...down, disk: "sda" };
const elsewhere = { ...down, project: "other" };
const region = { region: "eu" };
const watchdog = { alertname: "Watchdog", severity: "none", watchdog: "p0" };

/** A sample each minute for some of them, from so many minutes into an hour of the last 24 on. */
interface Run {
  readonly hour: number;
  readonly from: number;
  readonly samples: number;
}

/** What a Prometheus has stored of an alert's firing, in the text format of OpenMetrics. */
function stored(labels: Labels, runs: readonly Run[]): string {
  const escaped = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  const all = { alertstate: "firing", ...labels };
  const names = Object.entries(all).map(([name, value]) => `${name}="${escaped(value)}"`);
  return runs
    .flatMap((run) => {
      // Ten seconds after a whole minute: without a mark of its end a sample then counts at the next five of them.
      const from = endMs - (24 - run.hour) * hour + run.from * minute - 20_000;
      return Array.from({ length: run.samples }, (_, index) => {
        return `ALERTS{${names.join(",")}} 1 ${(from + index * minute) / 1_000}\n`;
      });
    })
    .join("");
}
const seenMinutes = (samples: number) => samples + 4;

const textOf = (...parts: readonly string[]) => `# TYPE ALERTS gauge\n${parts.join("")}# EOF\n`;
const rule = ({ alertname, ...labels }: Labels) => ({ alert: alertname, expr: "vector(1)", labels });

/** Fires the alerts, and adds an external label to what it sends, and another one that it takes off again. */
let prometheus: Prometheus;
/** As Thanos shows them: the external label is on the series. */
let thanos: Prometheus;
let alertmanager: Alertmanager;
let app: TestApp;
let ofShop: string;

beforeAll(async () => {
  alertmanager = await startAlertmanager();
  const rules = join(await tempFolder("rules"), "rules.yml");
  await writeFile(
    rules,
    JSON.stringify({ groups: [{ name: "g", rules: [down, disk, elsewhere, watchdog].map(rule) }] }),
  );
  [prometheus, thanos] = await Promise.all([
    startPrometheus({
      config: JSON.stringify({
        global: { evaluation_interval: "1s", external_labels: { ...region, replica: "a" } },
        alerting: {
          alert_relabel_configs: [{ action: "labeldrop", regex: "replica" }],
          alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager.port}`] }] }],
        },
        rule_files: [rules],
      }),
      stored: textOf(
        stored(down, [
          { hour: 3, from: 10, samples: 20 },
          { hour: 6, from: 5, samples: 5 },
          { hour: 6, from: 40, samples: 3 },
        ]),
        stored(disk, [{ hour: 6, from: 50, samples: 80 }]),
        stored(elsewhere, [{ hour: 0, from: 1, samples: 1_000 }]),
      ),
    }),
    startPrometheus({
      stored: textOf(
        stored({ ...down, ...region }, [
          { hour: 3, from: 10, samples: 30 },
          { hour: 10, from: 10, samples: 2 },
        ]),
      ),
    }),
  ]);
  app = await start(nowMs, alertmanager, prometheus, thanos);
  const created = await app.data(
    app.operator,
    `mutation { projectCreate(input: { name: "shop" }) { project { id } } }`,
  );
  ofShop = await app.token({ [created.projectCreate.project.id]: "VIEWER" });
  await waitFor(async () => (await strips(app.operator, 1)).length === 4, {
    what: "all alerts to have arrived",
    deadlineMs: 30_000,
  });
});

async function start(now: number, from: Alertmanager, ...servers: readonly Prometheus[]): Promise<TestApp> {
  return startApp(await createSqliteDatabase(), {
    prometheus: servers.map(({ url }, index) => ({ name: `p${index}`, url })),
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: from.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
    now: () => new Date(now),
  });
}

interface Strip {
  readonly labels: Labels;
  readonly firingHours: readonly { startsAt: string; firingSeconds: number; timesStarted: number }[] | null;
}
async function strips(token: string, hours: number, of = app): Promise<readonly Strip[]> {
  const query = `{ alerts { nodes { labels firingHours(hours: ${hours}) { startsAt firingSeconds timesStarted } } } }`;
  return (await of.data(token, query)).alerts?.nodes ?? [];
}
const stripOf = (list: readonly Strip[], labels: Labels) =>
  list.find((one) => JSON.stringify(one.labels) === JSON.stringify(sorted({ ...labels, ...region })))?.firingHours;
const sorted = (labels: Labels) => Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The hours but the last, in which the alerts fire in fact, as minutes and beginnings by the hour; those of nothing left out. */
const past = (strip: Strip["firingHours"] | undefined) =>
  strip &&
  Object.fromEntries(
    strip
      .slice(0, -1)
      .map(({ firingSeconds, timesStarted }, index) => [index, [firingSeconds / 60, timesStarted]] as const)
      .filter(([, [minutes, times]]) => minutes + times > 0),
  );

describe("of alerts that fire now, from two real servers", () => {
  test("each hour tells how long and how often the alert began, as the server tells that has seen most of it", async () => {
    const strip = stripOf(await strips(ofShop, 24), down);
    expect(strip?.map(({ startsAt }) => Date.parse(startsAt))).toEqual(
      Array.from({ length: 24 }, (_, index) => endMs - (24 - index) * hour),
    );
    expect(past(strip)).toEqual({
      3: [seenMinutes(30), 1],
      6: [seenMinutes(5) + seenMinutes(3), 2],
      10: [seenMinutes(2), 1],
    });
  });

  test("what fires through hours began in one of them, and another alert of the same name is another", async () => {
    expect(past(stripOf(await strips(ofShop, 24), disk))).toEqual({
      6: [10, 1],
      7: [60, 0],
      8: [seenMinutes(80) - 70, 0],
    });
  });

  test("another project's alert has its own, and nobody else sees it", async () => {
    const all = await strips(app.operator, 24);
    expect(
      stripOf(all, elsewhere)
        ?.map(({ firingSeconds }) => firingSeconds)
        .slice(1, 16),
    ).toEqual(Array(15).fill(3_600));
    expect((await strips(ofShop, 24)).map(({ labels }) => labels.project)).toEqual(["shop", "shop"]);
  });

  test("fewer hours are the last ones, and no more than 48 may be asked for", async () => {
    const strip = stripOf(await strips(ofShop, 15), down);
    expect(strip?.length).toBe(15);
    expect(past(strip)).toEqual({ 1: [seenMinutes(2), 1] });
    for (const hours of [0, 49]) {
      const { data, errors } = await app.graphql(
        ofShop,
        `{ alerts { nodes { firingHours(hours: ${hours}) { startsAt } } } }`,
      );
      expect([data, errors]).toMatchObject([
        { alerts: { nodes: [{ firingHours: null }, { firingHours: null }] } },
        [
          { message: '"hours" must be between 1 and 48.', extensions: { code: "BAD_USER_INPUT", path: ["hours"] } },
          { extensions: { code: "BAD_USER_INPUT" } },
        ],
      ]);
    }
  });

  test("an alert of no project has its own too", async () => {
    expect(past(stripOf(await strips(app.operator, 24), watchdog))).toEqual({});
  });

  test("one that no server knows has none, unless it has begun so lately that none can know it", async () => {
    const other = await startAlertmanager();
    const startsAt = new Date(nowMs - 3 * minute).toISOString();
    const old = { ...down, instance: "old" };
    const fresh = { ...down, instance: "fresh" };
    await other.postAlerts([{ labels: old, startsAt }, { labels: fresh }]);
    const of = await start(nowMs, other, prometheus);
    const all = await waitFor(
      async () => {
        const found = await strips(of.operator, 2, of);
        return found.length === 2 && found;
      },
      { what: "the alerts" },
    );
    const nothing = [2, 1].map((ago) => {
      return { startsAt: new Date(endMs - ago * hour).toISOString(), firingSeconds: 0, timesStarted: 0 };
    });
    expect(Object.fromEntries(all.map(({ labels, firingHours }) => [labels.instance, firingHours]))).toEqual({
      old: null,
      fresh: nothing,
    });
  });

  test("without a watchdog to tell them, no label is taken for one that Prometheus adds", async () => {
    const other = await startAlertmanager();
    const startsAt = new Date(nowMs - hour).toISOString();
    await other.postAlerts([
      { labels: { ...down, ...region }, startsAt },
      { labels: down, startsAt },
    ]);
    const without = await start(nowMs, other, prometheus);
    const all = await waitFor(
      async () => {
        const found = await strips(without.operator, 24, without);
        return found.length === 2 && found;
      },
      { what: "the alerts" },
    );
    expect(stripOf(all, down)).toBeNull();
    expect(all.filter(({ firingHours }) => firingHours !== null).map(({ labels }) => labels)).toEqual([down]);
  });
});

describe("what it costs", () => {
  const queries = async (of: Prometheus) => {
    const metrics = await (await fetch(`${of.url}/metrics`)).text();
    const found = metrics.matchAll(
      /^prometheus_http_requests_total\{code="\d+",handler="\/api\/v1\/query_range"\} (\d+)$/gm,
    );
    return [...found].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  test("a page of alerts of one project takes two queries to each server, and none to be read again", async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      labels: { alertname: `Bulk${index % 5}`, project: "bulk", instance: `${odd}${index}` },
      startsAt: new Date(nowMs - hour).toISOString(),
    }));
    await alertmanager.postAlerts(many);
    const query = `{ alerts(filter: { projects: ["bulk"] }) { nodes { firingHours { firingSeconds } } } }`;
    const count = `{ alerts(filter: { projects: ["bulk"] }) { totalCount } }`;
    await waitFor(async () => (await app.data(app.operator, count)).alerts.totalCount === 50, { what: "the alerts" });
    const before = await queries(prometheus);
    const both = await Promise.all([app.graphql(app.operator, query), app.graphql(app.operator, query)]);
    expect(await queries(prometheus)).toBe(before + 2);
    for (const { data } of both) expect(data.alerts.nodes).toEqual(Array(50).fill({ firingHours: null }));
    await app.data(app.operator, query);
    expect(await queries(prometheus)).toBe(before + 2);
  });
});

describe("of servers that are down", () => {
  test("what the others know is told, and null when none answers", async () => {
    await prometheus.stop();
    expect(past(stripOf(await strips(ofShop, 23), down))).toEqual({ 2: [seenMinutes(30), 1], 9: [seenMinutes(2), 1] });
    await thanos.stop();
    expect((await strips(ofShop, 22)).map(({ firingHours }) => firingHours)).toEqual([null, null]);
  });
});
