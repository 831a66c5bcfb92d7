import { beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const fields = "name cluster state lastSeenAt absentSince";
const prometheus = [
  { name: "p1", url: "http://127.0.0.1:1" },
  { name: "p2", url: "http://127.0.0.1:1", watchdog: "shard-2" },
  { name: "p3", url: "http://127.0.0.1:1", watchdog: "shard-2" },
  { name: "thanos", url: "http://127.0.0.1:1", watchdog: false },
] as const;

let alertmanagers: readonly [Alertmanager, Alertmanager];
let app: TestApp;
let aheadMs = 0;
const log: { msg: string; watchdog?: string; cluster?: string }[] = [];

const of = (watchdog: string, more: Readonly<Record<string, string>> = {}) => ({
  labels: { alertname: "Watchdog", severity: "none", watchdog, ...more },
});
const read = async () => (await app.data(app.operator, `{ watchdogs { ${fields} } }`)).watchdogs;
const states = async () =>
  Object.fromEntries((await read()).map((one: Record<string, string>) => [`${one.name} in ${one.cluster}`, one.state]));
const untilStates = (wanted: object) =>
  waitFor(async () => JSON.stringify(await states()) === JSON.stringify(wanted), {
    get what() {
      return JSON.stringify(wanted);
    },
  });
const metrics = async () => {
  const text = await (await fetch(new URL("/metrics", app.url))).text();
  return text.split("\n").filter((line) => line.startsWith("metricsinfra_watchdog_"));
};
/** When the Alertmanager last heard of the alert with these labels. */
const heardAt = async (alertmanager: Alertmanager, watchdog: string) => {
  const all = (await alertmanager.api("/api/v2/alerts")) as { labels: Record<string, string>; updatedAt: string }[];
  const found = all.find(({ labels }) => labels.watchdog === watchdog && labels.project === undefined);
  return new Date(found?.updatedAt ?? "").toISOString();
};

beforeAll(async () => {
  alertmanagers = await Promise.all([startAlertmanager(), startAlertmanager()]);
  app = await startApp(await createSqliteDatabase(), {
    prometheus: [...prometheus],
    alertmanagers: alertmanagers.map(({ url }, index) => ({
      name: ["main", "other"][index] ?? "",
      members: [{ name: "first", url }],
    })),
    upstreams: { pollIntervalSeconds: 0.1 },
    watchdog: { absentAfterSeconds: 50 },
    now: () => new Date(Date.now() + aheadMs),
    onLog: (line) => log.push(JSON.parse(line)),
  });
});

describe("over two real Alertmanagers", () => {
  test("each Prometheus has one in each cluster, unless the settings give it none or one with others", async () => {
    await untilStates({
      "p1 in main": "UNKNOWN",
      "p1 in other": "UNKNOWN",
      "shard-2 in main": "UNKNOWN",
      "shard-2 in other": "UNKNOWN",
    });
    expect((await read())[0]).toEqual({
      name: "p1",
      cluster: "main",
      state: "UNKNOWN",
      lastSeenAt: null,
      absentSince: null,
    });
    expect(await metrics()).toEqual(
      expect.arrayContaining([
        `metricsinfra_watchdog_unknown{prometheus="p1",alertmanager="main"} 1`,
        `metricsinfra_watchdog_unknown{prometheus="shard-2",alertmanager="other"} 1`,
      ]),
    );
    expect((await metrics()).join()).not.toMatch(/absent\{|last_seen_timestamp_seconds\{/);
  });

  test("it is there where its alert is, and not where a project has one that looks like it", async () => {
    await alertmanagers[0].postAlerts([of("p1", { region: "x" }), of("shard-2")]);
    await alertmanagers[1].postAlerts([
      of("shard-2"),
      of("p1", { project: "shop" }),
      { labels: { alertname: "Watchdogs", watchdog: "p1" } },
    ]);
    await untilStates({
      "p1 in main": "OK",
      "p1 in other": "UNKNOWN",
      "shard-2 in main": "OK",
      "shard-2 in other": "OK",
    });
    const [first] = await read();
    expect(first).toMatchObject({ lastSeenAt: await heardAt(alertmanagers[0], "p1"), absentSince: null });
    expect(await metrics()).toEqual(
      expect.arrayContaining([
        `metricsinfra_watchdog_absent{prometheus="p1",alertmanager="main"} 0`,
        `metricsinfra_watchdog_unknown{prometheus="p1",alertmanager="main"} 0`,
        `metricsinfra_watchdog_unknown{prometheus="p1",alertmanager="other"} 1`,
        `metricsinfra_watchdog_last_seen_timestamp_seconds{prometheus="p1",alertmanager="main"} ${Date.parse(first.lastSeenAt) / 1_000}`,
      ]),
    );
  });

  test("a silence does not make it absent", async () => {
    const matchers = [{ name: "watchdog", value: "p1", isRegex: false, isEqual: true }];
    const ends = new Date(Date.now() + 60_000).toISOString();
    await alertmanagers[0].api("/api/v2/silences", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        matchers,
        startsAt: new Date().toISOString(),
        endsAt: ends,
        createdBy: "ann",
        comment: "test",
      }),
    });
    const query = `{ alerts(filter: { states: [SUPPRESSED] }) { nodes { name } } }`;
    await waitFor(async () => (await app.data(app.operator, query)).alerts.nodes.length === 1, { what: "the silence" });
    expect((await states())["p1 in main"]).toBe("OK");
  });

  test("it is absent within the set time where it is not heard of any more, or never was", async () => {
    const before = await read();
    aheadMs += 55_000;
    await untilStates({
      "p1 in main": "ABSENT",
      "p1 in other": "ABSENT",
      "shard-2 in main": "ABSENT",
      "shard-2 in other": "ABSENT",
    });
    const [p1, p1Other] = await read();
    const lastSeen = Date.parse(before[0].lastSeenAt);
    expect(p1).toEqual({
      name: "p1",
      cluster: "main",
      state: "ABSENT",
      lastSeenAt: before[0].lastSeenAt,
      absentSince: new Date(lastSeen + 50_000).toISOString(),
    });
    expect(p1Other).toMatchObject({ state: "ABSENT", lastSeenAt: null, absentSince: expect.any(String) });
    expect(await metrics()).toEqual(
      expect.arrayContaining([
        `metricsinfra_watchdog_absent{prometheus="p1",alertmanager="main"} 1`,
        `metricsinfra_watchdog_absent{prometheus="p1",alertmanager="other"} 1`,
        `metricsinfra_watchdog_last_seen_timestamp_seconds{prometheus="p1",alertmanager="main"} ${lastSeen / 1_000}`,
      ]),
    );
    expect(log.filter(({ msg }) => msg.startsWith("A watchdog is absent")).length).toBe(4);
  });

  test("it is back as soon as it is heard of", async () => {
    aheadMs = 0;
    await Promise.all(alertmanagers.map((each) => each.postAlerts([of("p1"), of("shard-2")])));
    await untilStates({ "p1 in main": "OK", "p1 in other": "OK", "shard-2 in main": "OK", "shard-2 in other": "OK" });
    expect((await read()).map(({ absentSince }: { absentSince: unknown }) => absentSince)).toEqual(Array(4).fill(null));
    // Also those that nobody knew anything of in between.
    await waitFor(() => log.filter(({ msg }) => msg === "A watchdog is back").length === 4, { what: "four messages" });
  });

  test("while a cluster cannot be read nothing is known of its own, and the other's are as they were", async () => {
    await alertmanagers[0].stop();
    await untilStates({
      "p1 in main": "UNKNOWN",
      "p1 in other": "OK",
      "shard-2 in main": "UNKNOWN",
      "shard-2 in other": "OK",
    });
    expect((await metrics()).filter((line) => line.includes('alertmanager="main"') && line.includes("absent"))).toEqual(
      [],
    );
  });
});

test("whoever may read anything sees them, and nobody else", async () => {
  const created = await app.data(
    app.operator,
    `mutation { projectCreate(input: { name: "shop" }) { project { id } } }`,
  );
  const viewer = await app.token({ [created.projectCreate.project.id]: "VIEWER" });
  expect((await app.data(viewer, "{ watchdogs { name } }")).watchdogs).toEqual(await read().then(namesOf));
  const { errors } = await app.graphql(null, "{ watchdogs { name } }");
  expect(errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
});

const namesOf = (all: readonly { name: string }[]) => all.map(({ name }) => ({ name }));
