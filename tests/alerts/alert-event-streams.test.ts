import { type IncomingMessage, request } from "node:http";
import { describe, expect, test } from "vitest";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { atEnd } from "../support/at-end.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { type Result, type Subscriber, subscribe } from "../support/subscriber.js";
import { waitFor } from "../support/wait-for.js";

interface Watching {
  readonly app: TestApp;
  readonly alertmanager: Alertmanager;
  /** Makes a project, and answers its id. */
  project(name: string): Promise<string>;
}

async function start(settings: TestSettings = {}): Promise<Watching> {
  const alertmanager = await startAlertmanager();
  const app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.2 },
    ...settings,
  });
  const project = async (name: string) =>
    (await app.data(app.operator, `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`))
      .projectCreate.project.id;
  return { app, alertmanager, project };
}

const metric = async (app: TestApp, name: string): Promise<number> => {
  const text = await (await fetch(app.url.replace(/\/graphql$/, "/metrics"))).text();
  const lines = text.split("\n").filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
};
const kinds = (results: readonly Result[]) => results.map(({ data }) => data?.alertEvents.kind);
const names = ({ data }: Result) =>
  data.alertEvents.changes.map(({ alert }: { alert: { name: string } }) => alert.name).sort();
const changesOf = ({ results }: Subscriber) =>
  results.slice(1).reduce((sum, { data }) => sum + data.alertEvents.changes.length, 0);
const watch = "subscription { alertEvents { kind counts { total } changes { kind alert { name } } } }";

describe("a subscriber", () => {
  test("who reads nothing for long is told to begin anew, and the server has kept nothing for it", async () => {
    const { app, alertmanager } = await start();
    const labels = (index: number) => ({ alertname: `Down${100 + index}` });
    const text = "x".repeat(4_000);
    await alertmanager.postAlerts(
      Array.from({ length: 200 }, (_, index) => ({ labels: labels(index), annotations: { text } })),
    );
    await waitFor(async () => (await app.data(app.operator, "{ alertCounts { active } }")).alertCounts.active === 200, {
      what: "the alerts",
    });
    // 7 MB of each event that tells of all alerts: the operating system holds no more than a few of them.
    const much = Array.from({ length: 9 }, (_, index) => `a${index}: annotations`).join(" ");
    const query = `subscription { alertEvents { kind counts { total } changes { kind alert { name state ${much} } } } }`;
    const response = await new Promise<IncomingMessage>((resolve) => {
      const headers = {
        authorization: `Bearer ${app.operator}`,
        "content-type": "application/json",
        accept: "text/event-stream",
      };
      const sent = request(`${app.url}/stream`, { method: "POST", headers }, resolve);
      atEnd(async () => void sent.destroy());
      sent.end(JSON.stringify({ query }));
    });
    response.pause();
    const quick = await subscribe(app.url, app.operator, watch);
    await quick.first(1);
    const silence = `mutation { silenceCreate(input: { matchers: [{ name: "alertname", value: "Down.+", isRegex: true }],
      duration: "1h", comment: "c" }) { silence { id } userErrors { message } } }`;
    // Ten times two hundred changes, of which a thousand are kept.
    for (let turn = 0; turn < 5; turn++) {
      const { silenceCreate } = await app.data(app.operator, silence);
      await waitFor(() => changesOf(quick) === turn * 400 + 200, { what: "the other subscriber to be told" });
      const expire = `mutation { silenceExpire(id: "${silenceCreate.silence.id}") { userErrors { code } } }`;
      await app.data(app.operator, expire);
      await waitFor(() => changesOf(quick) === turn * 400 + 400, { what: "the other subscriber to be told" });
    }
    const events = await metric(app, "metricsinfra_stream_events_total");
    expect(events - quick.results.length).toBeLessThan(4);
    expect(await metric(app, "metricsinfra_stream_resyncs_total")).toBe(0);
    const told: string[] = [];
    let rest = "";
    response.on("data", (chunk) => {
      const messages = (rest + chunk.toString("latin1").replaceAll("x", "")).split("\n\n");
      rest = messages.pop() ?? "";
      for (const message of messages) {
        const [, data] = /^event: net\ndata: (.*)$/.exec(message) ?? [];
        if (data === undefined) continue;
        const { kind, changes } = JSON.parse(data).data.alertEvents;
        told.push(
          [kind, ...new Set(changes.map((one: { alert: { state: string } }) => one.alert.state)), changes.length].join(
            " ",
          ),
        );
      }
    });
    response.resume();
    await waitFor(() => told.length > 2 && told.at(-1) === "SNAPSHOT ACTIVE 200", {
      what: "what is told afterwards",
      deadlineMs: 20_000,
    });
    const sentBefore = [
      "SNAPSHOT ACTIVE 200",
      "CHANGES SUPPRESSED 200",
      "CHANGES ACTIVE 200",
      "CHANGES SUPPRESSED 200",
    ];
    expect(told).toEqual([...sentBefore.slice(0, told.length - 2), "RESYNC 0", "SNAPSHOT ACTIVE 200"]);
    expect(await metric(app, 'metricsinfra_stream_resyncs_total{subscription="alertEvents"}')).toBe(1);
  });

  test("is told that the server lives while no Alertmanager has answered, and of all alerts once one does", async () => {
    const port = await freePort();
    const app = await startApp(await createSqliteDatabase(), {
      alertmanagers: [{ name: "main", members: [{ name: "am1", url: `http://127.0.0.1:${port}` }] }],
      upstreams: { pollIntervalSeconds: 0.2 },
    });
    const query = "subscription { alertEvents { kind revision lastSyncAt counts { total } changes { kind } } }";
    const subscriber = await subscribe(app.url, app.operator, query);
    await subscriber.first(1);
    const alertmanager = await startAlertmanager({ port });
    await subscriber.first(2);
    await alertmanager.postAlerts([{ labels: { alertname: "Down" } }]);
    const [heartbeat, snapshot, change] = (await subscriber.first(3)).map(({ data }) => data.alertEvents);
    expect(heartbeat).toEqual({
      kind: "HEARTBEAT",
      revision: expect.stringMatching(/^[\w-]{8}\.0\.0$/),
      lastSyncAt: null,
      counts: null,
      changes: [],
    });
    expect(snapshot).toEqual({
      kind: "SNAPSHOT",
      revision: expect.any(String),
      lastSyncAt: expect.any(String),
      counts: { total: 0 },
      changes: [],
    });
    expect(change).toMatchObject({ kind: "CHANGES", counts: { total: 1 }, changes: [{ kind: "FIRING" }] });
    expect(new Set([heartbeat, snapshot, change].map(({ revision }) => revision)).size).toBe(3);
  });

  test("is told what is wrong with its filter, and the stream is over", async () => {
    const { app } = await start({ limits: { operationCost: 1_000 } });
    const ask = async (filter: object) => {
      const query = "subscription ($filter: AlertFilter) { alertEvents(filter: $filter) { kind } }";
      const subscriber = await subscribe(app.url, app.operator, query, { filter });
      await waitFor(() => subscriber.isEnded, { what: "the end" });
      const [result, ...others] = subscriber.results;
      expect([subscriber.isComplete, others]).toEqual([true, []]);
      return result?.errors?.map(({ message, extensions }) => [extensions.code, extensions.path, message]);
    };
    expect(await ask({ matchers: ['a=~"("'] })).toEqual([
      ["BAD_USER_INPUT", ["filter", "matchers", "0"], expect.stringContaining("missing closing")],
    ]);
    expect(await ask({ matchers: ["{}", "nonsense"] })).toEqual([
      ["BAD_USER_INPUT", ["filter", "matchers", "1"], expect.stringContaining("is not a matcher")],
    ]);
    expect(await ask({ fingerprints: Array.from({ length: 101 }, () => "0") })).toEqual([
      ["BAD_USER_INPUT", ["filter", "fingerprints"], '"filter.fingerprints" may hold at most 100 values.'],
    ]);
    expect(await ask({ matchers: [`a=~"${"(a|b)".repeat(2_000)}"`] })).toEqual([
      ["COST_LIMIT", undefined, expect.stringContaining("too expensive")],
    ]);
    expect(await ask({ states: ["UNHEARD_OF"] })).toEqual([["BAD_USER_INPUT", undefined, expect.any(String)]]);
  });

  test("with a filter that asks too much of what is there is told so, and no other", async () => {
    const { app, alertmanager } = await start({ limits: { operationCost: 60 } });
    const hard = `subscription { alertEvents(filter: { matchers: ["text=~\\"(.*a){3}b\\""] }) { kind counts { total } } }`;
    const [dear, cheap] = [await subscribe(app.url, app.operator, hard), await subscribe(app.url, app.operator, watch)];
    await Promise.all([dear.first(1), cheap.first(1)]);
    await alertmanager.postAlerts(
      Array.from({ length: 40 }, (_, index) => ({ labels: { alertname: `A${index}`, text: "a".repeat(900) + index } })),
    );
    await waitFor(() => dear.isEnded, { what: "the end" });
    expect([kinds(dear.results.slice(0, 1)), dear.results.at(-1)?.errors, dear.isComplete]).toEqual([
      ["SNAPSHOT"],
      [expect.objectContaining({ extensions: expect.objectContaining({ code: "COST_LIMIT" }) })],
      true,
    ]);
    await waitFor(() => cheap.results.at(-1)?.data?.alertEvents.counts.total === 40, { what: "the alerts" });
    expect(cheap.isEnded).toBe(false);
  });

  test("without a name gets what strangers may see, where the settings let them see", async () => {
    const { app, alertmanager, project } = await start({ access: { anonymous: "VIEWER" } });
    await project("alpha");
    await alertmanager.postAlerts([
      { labels: { alertname: "Known", project: "alpha" } },
      { labels: { alertname: "Ours" } },
    ]);
    await waitFor(async () => (await app.data(app.operator, "{ alertCounts { total } }")).alertCounts.total === 2, {
      what: "the alerts",
    });
    const [stranger, operator] = [await subscribe(app.url, null, watch), await subscribe(app.url, app.operator, watch)];
    const [[seen], [all]] = [await stranger.first(1), await operator.first(1)];
    expect([seen && names(seen), all && names(all)]).toEqual([["Known"], ["Known", "Ours"]]);
    const closed = await start();
    await expect(subscribe(closed.app.url, null, watch)).rejects.toThrow(/^401 /);
  });

  test("loses the stream with the token, or with the project, and sees nothing more of it", async () => {
    const { app, alertmanager, project } = await start();
    const [kept, gone] = [await project("kept"), await project("gone")];
    const create = `mutation { apiTokenCreate(input: { name: "t", memberships: [{ project: "${kept}", role: VIEWER }] }) {
      apiToken { id } secret } }`;
    const { apiToken, secret } = (await app.data(app.operator, create)).apiTokenCreate;
    const both = await app.token({ [kept]: "VIEWER", [gone]: "VIEWER" });
    const [revoked, other] = [await subscribe(app.url, secret, watch), await subscribe(app.url, both, watch)];
    await Promise.all([revoked.first(1), other.first(1)]);
    await app.data(app.operator, `mutation { apiTokenRevoke(id: "${apiToken.id}") { userErrors { code } } }`);
    await app.data(app.operator, `mutation { projectDelete(id: "${gone}") { deletedId } }`);
    await waitFor(() => revoked.isEnded && other.isEnded, { what: "the streams to end", deadlineMs: 15_000 });
    expect([revoked.isComplete, other.isComplete]).toEqual([false, false]);
    await expect(subscribe(app.url, secret, watch)).rejects.toThrow(/^401 /);
    await alertmanager.postAlerts([
      { labels: { alertname: "Mine", project: "kept" } },
      { labels: { alertname: "Theirs", project: "gone" } },
    ]);
    const again = await subscribe(app.url, both, watch);
    await waitFor(() => again.results.at(-1)?.data.alertEvents.counts.total === 1, { what: "the alert" });
    expect(again.results.flatMap(names).filter((name: string) => name !== "Mine")).toEqual([]);
  });

  test("is let go when the server closes, and not told that nothing more will come", async () => {
    const { app } = await start();
    const subscribers = await Promise.all(Array.from({ length: 20 }, () => subscribe(app.url, app.operator, watch)));
    await Promise.all(subscribers.map((one) => one.first(1)));
    await app.close();
    await waitFor(() => subscribers.every(({ isEnded }) => isEnded), { what: "the streams to end" });
    expect(subscribers.map(({ isComplete }) => isComplete)).toEqual(subscribers.map(() => false));
  });
});
