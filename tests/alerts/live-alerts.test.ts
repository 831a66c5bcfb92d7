import "reflect-metadata";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LiveAlerts } from "../../server/alerts/live-alerts.js";
import { AlertmanagerClient, type SilenceText } from "../../server/clients/alertmanager-client.js";
import { HttpJson } from "../../server/clients/http-json.js";
import { upstreamFetch } from "../../server/clients/upstream-fetch.js";
import { NotFoundError, UpstreamUnavailableError } from "../../server/core/errors.js";
import { type Answer, hang, json, startStandIn } from "../clients/stand-in.js";
import { type Alertmanager, startAlertmanager, startAlertmanagerPair } from "../support/alertmanager.js";
import { freePort } from "../support/ports.js";
import { readingWorker } from "../support/reading-worker.js";
import { waitFor } from "../support/wait-for.js";

const upstream = upstreamFetch();
afterAll(() => upstream.close());

const running: LiveAlerts[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((live) => live.stop()));
});

/** Watches clusters of members, each given by its URL. */
function watch(clusters: Readonly<Record<string, readonly string[]>>, timeoutMs = 2_000): LiveAlerts {
  const groups = Object.entries(clusters).map(([name, urls]) => ({
    name,
    members: urls.map((url, index) => {
      const [server, limits] = [
        { name: `${name}${index + 1}`, url },
        { timeoutMs, maxBytes: 64 * 1024 * 1024 },
      ];
      const client = new AlertmanagerClient(new HttpJson("Alertmanager", server, upstream.fetch, limits));
      return { name: server.name, client, server, limits };
    }),
  }));
  const live = new LiveAlerts(groups, {
    intervalMs: 100,
    now: () => new Date(),
    random: Math.random,
    readingWorker,
    onError: (error) => {
      throw error;
    },
  });
  running.push(live);
  live.start();
  return live;
}

const now = Date.now();
const soon = expect.toSatisfy((at) => at instanceof Date && Math.abs(at.getTime() - Date.now()) < 60_000);
const version = expect.stringMatching(/^0\.\d+\.\d+/);

const silenceOf = (alertname: string, comment = "test"): SilenceText => ({
  matchers: [{ name: "alertname", value: alertname, isRegex: false, isEqual: true }],
  startsAtMs: now,
  endsAtMs: now + 3_600_000,
  createdBy: "ann",
  comment,
});

/** Answers as an Alertmanager without alerts and silences does. */
const idle: Answer = (request, response) => {
  const status = { versionInfo: { version: "0.25.0" }, cluster: { status: "disabled" } };
  json(request.url === "/api/v2/status" ? status : [])(request, response);
};

const stateOf = async (live: LiveAlerts, name: string) =>
  (await live.snapshot())?.alerts.find((alert) => alert.name === name)?.state;

describe("over a pair of real Alertmanagers", () => {
  let pair: readonly [Alertmanager, Alertmanager];
  const post = (...names: string[]) =>
    Promise.all(pair.map((one) => one.postAlerts(names.map((alertname) => ({ labels: { alertname, project: "p" } })))));

  beforeAll(async () => {
    pair = await startAlertmanagerPair();
    await post("Down", "Slow");
  });

  test("shows alerts and silences, and the health of the cluster", async () => {
    const live = watch({ am: [pair[0].url, pair[1].url] });
    const snapshot = await live.snapshot();
    expect(snapshot?.alertsOfProject("p").map(({ name, state, clusters }) => [name, state, clusters])).toEqual(
      expect.arrayContaining([
        ["Down", "ACTIVE", ["am"]],
        ["Slow", "ACTIVE", ["am"]],
      ]),
    );
    await waitFor(() => live.health[0]?.members.every(({ version }) => version !== null), { what: "both versions" });
    const member = {
      reachable: true,
      version,
      clusterStatus: "ready",
      peers: 2,
      missingAlerts: 0,
      missingSilences: 0,
      lastSyncAt: soon,
      error: null,
    };
    expect(live.health).toEqual([
      {
        name: "am",
        reachable: true,
        lastSyncAt: soon,
        error: null,
        members: [
          { name: "am1", ...member },
          { name: "am2", ...member },
        ],
      },
    ]);
  });

  test("shows a write as soon as it is made, and later too", async () => {
    const live = watch({ am: [pair[0].url, pair[1].url] });
    // What the first of them says counts, which need not be the first that answers.
    await waitFor(() => live.health[0]?.members.every(({ reachable }) => reachable), { what: "both to be read" });
    for (let turn = 0; turn < 10; turn++) {
      const id = await live.write("am", (client) => client.putSilence(silenceOf("Down")));
      expect(await stateOf(live, "Down")).toBe("SUPPRESSED");
      expect((await live.snapshot())?.silence(id)?.silence.state).toBe("ACTIVE");
      await live.write("am", (client) => client.expireSilence(id));
      expect(await stateOf(live, "Down")).toBe("ACTIVE");
      expect((await live.snapshot())?.silence(id)?.silence.state).toBe("EXPIRED");
    }
  });

  test("shows every one of many writes at the same time", async () => {
    const live = watch({ am: [pair[0].url, pair[1].url] });
    await live.snapshot();
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const id = await live.write("am", (client) => client.putSilence(silenceOf(`Other${index}`)));
        expect((await live.snapshot())?.silence(id)?.silence.matchers[0]?.value).toBe(`Other${index}`);
      }),
    );
  });

  test("passes on what a write rejects with, and knows no other cluster", async () => {
    const live = watch({ am: [pair[0].url] });
    const unknown = "00000000-0000-4000-8000-000000000000";
    await expect(live.write("am", (client) => client.putSilence(silenceOf("X"), unknown))).rejects.toThrow(
      NotFoundError,
    );
    await expect(live.write("elsewhere", (client) => client.putSilence(silenceOf("X")))).rejects.toThrow(
      new NotFoundError("Alertmanager cluster"),
    );
  });

  test("loses nothing when members go away, one after the other", async () => {
    const live = watch({ am: [pair[0].url, pair[1].url] });
    await live.write("am", (client) => client.putSilence(silenceOf("Slow", "survives")));
    await waitFor(
      async () =>
        ((await pair[1].api("/api/v2/silences")) as { comment: string }[]).some(
          ({ comment }) => comment === "survives",
        ),
      { what: "the silence to reach the peer" },
    );
    pair[0].process.signal("SIGKILL");
    await waitFor(() => live.health[0]?.members[0]?.reachable === false, { what: "the first to be seen down" });
    expect(await stateOf(live, "Slow")).toBe("SUPPRESSED");
    expect(live.health[0]).toMatchObject({
      reachable: true,
      error: null,
      members: [
        { name: "am1", reachable: false, lastSyncAt: soon, error: 'Alertmanager "am1" refused the connection.' },
        { name: "am2", reachable: true, error: null },
      ],
    });

    await live.write("am", (client) => client.putSilence(silenceOf("Down", "through the second")));
    expect(await stateOf(live, "Down")).toBe("SUPPRESSED");

    pair[1].process.signal("SIGKILL");
    await waitFor(() => live.health[0]?.reachable === false, { what: "the cluster to be seen down" });
    expect(live.health[0]).toMatchObject({
      lastSyncAt: soon,
      error: expect.stringContaining("refused the connection."),
    });
    expect(await stateOf(live, "Down")).toBe("SUPPRESSED");
    await expect(live.write("am", (client) => client.putSilence(silenceOf("X")))).rejects.toThrow(
      UpstreamUnavailableError,
    );
  });
});

describe("a write", () => {
  test("goes to the next member when the first is not there, even before that was noticed", async () => {
    const alertmanager = await startAlertmanager();
    const live = watch({ am: [`http://127.0.0.1:${await freePort()}`, alertmanager.url] });
    expect(await live.ask("am", (client) => client.silencesAnswer()).then(String)).toBe("[]\n");
    const id = await live.write("am", (client) => client.putSilence(silenceOf("Down")));
    expect((await live.snapshot())?.silence(id)).toMatchObject({ cluster: "am", silence: { comment: "test" } });
  });

  test("is not made twice when the first member may have taken it", async () => {
    const takesAndHangs: Answer = (request, response) => {
      if (request.method === "POST") hang(request, response);
      else json([])(request, response);
    };
    const pair = [await startStandIn(takesAndHangs), await startStandIn(takesAndHangs)];
    const live = watch({ am: pair.map(({ url }) => url) }, 300);
    await live.snapshot();
    await expect(live.write("am", (client) => client.putSilence(silenceOf("Down")))).rejects.toThrow(
      /^Alertmanager "am[12]" did not answer within 300 ms\.$/,
    );
    const posts = pair.flatMap(({ requests }) => requests).filter((request) => request.startsWith("POST"));
    expect(posts).toEqual(["POST /api/v2/silences"]);
  });
});

describe("over several clusters", () => {
  test("merges alerts by fingerprint; the loudest state counts", async () => {
    const [left, right] = await Promise.all([startAlertmanager(), startAlertmanager()]);
    const labels = { alertname: "Down", project: "p" };
    await left.postAlerts([{ labels, startsAt: "2026-01-01T00:00:00Z", annotations: { said: "earlier" } }]);
    await waitFor(async () => ((await left.api("/api/v2/alerts")) as unknown[]).length === 1, {
      what: "the first alert",
    });
    await right.postAlerts([{ labels, startsAt: "2026-01-02T00:00:00Z", annotations: { said: "later" } }]);
    await right.postAlerts([{ labels: { alertname: "Only" } }]);
    const live = watch({ left: [left.url], right: [right.url] });
    const merged = await waitFor(async () => (await live.snapshot())?.alerts.length === 2 && (await live.snapshot()), {
      what: "the alerts of both",
    });
    expect(
      merged.alerts.map(({ name, clusters, state, startsAt, annotations, projectName }) => ({
        name,
        clusters,
        state,
        startsAt: startsAt.toISOString().slice(0, 10),
        annotations,
        projectName,
      })),
    ).toEqual([
      {
        name: "Only",
        clusters: ["right"],
        state: "ACTIVE",
        startsAt: new Date().toISOString().slice(0, 10),
        annotations: {},
        projectName: "",
      },
      {
        name: "Down",
        clusters: ["left", "right"],
        state: "ACTIVE",
        startsAt: "2026-01-01",
        annotations: { said: "later" },
        projectName: "p",
      },
    ]);
    expect(merged.projectNames).toEqual(["p"]);

    const id = await live.write("left", (client) => client.putSilence(silenceOf("Down")));
    expect(await stateOf(live, "Down")).toBe("ACTIVE");
    expect((await live.snapshot())?.alertsOfProject("p")[0]?.silenceIds).toEqual([id]);
    await live.write("right", (client) => client.putSilence(silenceOf("Down")));
    expect(await stateOf(live, "Down")).toBe("SUPPRESSED");
  });

  test("one that never answers leaves the others' alerts in place", async () => {
    const alertmanager = await startAlertmanager();
    await alertmanager.postAlerts([{ labels: { alertname: "Down" } }]);
    const standIn = await startStandIn(hang);
    const live = watch({ dead: [standIn.url], good: [alertmanager.url] }, 400);
    await waitFor(async () => (await stateOf(live, "Down")) === "ACTIVE", { what: "the alert" });
    await waitFor(() => live.health[0]?.error, { what: "the dead one's error" });
    expect(live.health.map(({ name, reachable, error }) => [name, reachable, error])).toEqual([
      ["dead", false, 'Alertmanager "dead1" did not answer within 400 ms.'],
      ["good", true, null],
    ]);
  });
});

describe("a cluster", () => {
  test("that never answered is unknown, not empty", async () => {
    const live = watch({ am: [`http://127.0.0.1:${await freePort()}`] });
    expect(await live.snapshot()).toBeNull();
    expect(await watch({}).snapshot()).toBeNull();
  });

  test("whose first member begins to hang is read from the second", async () => {
    const standIn = await startStandIn(idle);
    const alertmanager = await startAlertmanager();
    await alertmanager.postAlerts([{ labels: { alertname: "Down" } }]);
    const live = watch({ am: [standIn.url, alertmanager.url] }, 300);
    await waitFor(() => live.health[0]?.members.every(({ reachable }) => reachable), { what: "both to be read" });
    standIn.answerWith(hang);
    await waitFor(async () => (await stateOf(live, "Down")) === "ACTIVE", { what: "the second member's alert" });
    await waitFor(() => live.health[0]?.members[0]?.reachable === false, { what: "the first to be seen hanging" });
    expect(live.health[0]?.error).toBeNull();
    standIn.answerWith(idle);
    await waitFor(() => live.health[0]?.members[0]?.reachable, { what: "the first to be back" });
    expect(await stateOf(live, "Down")).toBe("ACTIVE");
  });

  test("that answers nonsense keeps what was read before", async () => {
    const standIn = await startStandIn(idle);
    const live = watch({ am: [standIn.url] });
    await live.snapshot();
    standIn.answerWith(json(null));
    await waitFor(() => live.health[0]?.error, { what: "the nonsense to be noticed" });
    expect((await live.snapshot())?.alerts).toEqual([]);
    expect(live.health[0]).toMatchObject({
      reachable: false,
      lastSyncAt: soon,
      error: 'Alertmanager "am1" answered something unexpected: alerts is not a list.',
    });
  });

  test("is left alone once we stop, at once, even when it hangs", async () => {
    const standIn = await startStandIn(hang);
    const live = watch({ am: [standIn.url] }, 60_000);
    await waitFor(() => standIn.requests.length === 2, { what: "the first read" });
    await live.stop();
    await waitFor(() => standIn.brokenOff() === 2, { what: "both requests to be broken off" });
    const asked = standIn.requests.length;
    const other = await startStandIn(json([]));
    watch({ am: [other.url] });
    await waitFor(() => other.requests.length >= 8, { what: "another one to be asked four times meanwhile" });
    expect(standIn.requests).toHaveLength(asked);
  });
});
