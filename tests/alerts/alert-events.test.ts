import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, type PostedAlert, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { subscribe as openStream, type Subscriber } from "../support/subscriber.js";
import { waitFor } from "../support/wait-for.js";

const createProject = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
const createSilence = `mutation ($input: SilenceCreateInput!) {
  silenceCreate(input: $input) { silence { id } userErrors { message } }
}`;
const expireSilence = `mutation ($id: ID!) { silenceExpire(id: $id) { userErrors { message } } }`;

const config = `
route: {receiver: quiet, group_wait: 1s, group_interval: 1s}
receivers: [{name: quiet}]
inhibit_rules: [{source_matchers: ['alertname="Root"'], target_matchers: ['alertname="Leaf"']}]
`;

/** Alerts that have been looked at: an Alertmanager says of each new one for a moment that it was not. */
const processed = `states: [ACTIVE, SUPPRESSED]`;
const watch = (args = `(filter: { ${processed} })`) => `subscription { alertEvents${args} {
  kind isFirst isLast revision lastSyncAt counts { total active suppressed }
  changes { kind alert { name state project { name } silencedBy { comment } } } } }`;

let alertmanager: Alertmanager;
let app: TestApp;
let ofAlpha: string;
let ofBeta: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  alertmanager = await startAlertmanager({ config });
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
  });
  for (const name of ["alpha", "beta"]) {
    ids[name] = (await app.data(app.operator, createProject, { name })).projectCreate.project.id;
  }
  ofAlpha = await app.token({ [ids.alpha ?? ""]: "MEMBER" });
  ofBeta = await app.token({ [ids.beta ?? ""]: "VIEWER" });
});

const open: Subscriber[] = [];
const subscribe = async (token: string, query: string): Promise<Subscriber> => {
  const subscriber = await openStream(app.url, token, query);
  open.push(subscriber);
  return subscriber;
};
afterEach(async () => {
  for (const subscriber of open.splice(0)) subscriber.close();
  await resolve(...((await alertmanager.api("/api/v2/alerts")) as PostedAlert[]));
  await shown();
});

/** An alert as a list tells of it. */
interface Told {
  readonly name: string;
  readonly state: string;
}

const labelled = (alertname: string, project?: string, more: object = {}): PostedAlert => ({
  labels: { alertname, ...(project === undefined ? {} : { project }), ...more },
});
const fire = (...alerts: PostedAlert[]) => alertmanager.postAlerts(alerts);
const resolve = (...alerts: PostedAlert[]) =>
  alertmanager.postAlerts(alerts.map((alert) => ({ ...alert, endsAt: new Date().toISOString() })));

/** Waits until the operator is shown exactly these alerts. */
const shown = (...names: string[]) =>
  waitFor(
    async () => {
      const query = `{ alerts(filter: { ${processed} }, orderBy: NAME_ASC) { nodes { name } } }`;
      const { alerts } = await app.data(app.operator, query);
      return JSON.stringify(alerts?.nodes.map(({ name }: { name: string }) => name)) === JSON.stringify(names.sort());
    },
    { what: `the alerts ${names.join()}` },
  );

/** What a subscriber was told of alerts, in short and in order; those of one event by name. */
const told = ({ results }: Subscriber): readonly string[] =>
  results.flatMap(({ data, errors }) => {
    if (errors) return errors.map(({ message }) => message);
    const { kind, changes } = data.alertEvents;
    if (kind !== "SNAPSHOT" && kind !== "CHANGES") return [kind];
    const lines = changes.map((change: { kind: string; alert: { name: string; state: string } }) =>
      [change.kind, change.alert.name, change.alert.state].join(" "),
    );
    return kind === "SNAPSHOT" ? [kind, ...lines.sort()] : lines.sort();
  });
const isTold = (subscriber: Subscriber, last: string) =>
  waitFor(() => told(subscriber).at(-1) === last, { what: `${last} after ${told(subscriber)}` });

describe("the events of alerts", () => {
  test("are a snapshot, then what changes, each to who may read it, in the whole order of it", async () => {
    await fire(labelled("Before", "alpha"), labelled("Other", "beta"));
    await shown("Before", "Other");
    const [alpha, beta, operator, agent, hints] = await Promise.all([
      subscribe(ofAlpha, watch()),
      subscribe(ofBeta, watch()),
      subscribe(app.operator, watch()),
      subscribe(await app.token("AGENT"), watch()),
      subscribe(
        ofBeta,
        `subscription { alertEvents(filter: { ${processed} }, snapshot: false) { kind revision counts { total } } }`,
      ),
    ]);
    await Promise.all([alpha, beta, operator, agent, hints].map((one) => one.first(1)));
    const revision = expect.stringMatching(/^[\w-]{8}\.\d+\.\d+$/);
    expect(alpha.results).toEqual([
      {
        data: {
          alertEvents: {
            kind: "SNAPSHOT",
            isFirst: true,
            isLast: true,
            revision,
            lastSyncAt: expect.any(String),
            counts: { total: 1, active: 1, suppressed: 0 },
            changes: [
              {
                kind: "FIRING",
                alert: { name: "Before", state: "ACTIVE", project: { name: "alpha" }, silencedBy: [] },
              },
            ],
          },
        },
      },
    ]);
    await fire(labelled("Down", "alpha"));
    await isTold(operator, "FIRING Down ACTIVE");
    await fire(labelled("Platform"));
    await isTold(operator, "FIRING Platform ACTIVE");
    const { silenceCreate } = await app.data(ofAlpha, createSilence, {
      input: {
        project: ids.alpha,
        matchers: [{ name: "alertname", value: "Down" }],
        duration: "1h",
        comment: "mending",
      },
    });
    await isTold(operator, "CHANGED Down SUPPRESSED");
    await app.data(ofAlpha, expireSilence, { id: silenceCreate.silence.id });
    await isTold(operator, "CHANGED Down ACTIVE");
    for (const [name, project] of [["Down", "alpha"], ["Platform"], ["Before", "alpha"], ["Other", "beta"]] as const) {
      await resolve(labelled(name, project));
      await isTold(operator, `RESOLVED ${name} ACTIVE`);
    }
    await isTold(alpha, "RESOLVED Before ACTIVE");
    await isTold(beta, "RESOLVED Other ACTIVE");
    await isTold(agent, "RESOLVED Other ACTIVE");

    const ofDown = ["FIRING Down ACTIVE", "CHANGED Down SUPPRESSED", "CHANGED Down ACTIVE"];
    expect(told(alpha)).toEqual([
      ...["SNAPSHOT", "FIRING Before ACTIVE", ...ofDown],
      ...["RESOLVED Down ACTIVE", "RESOLVED Before ACTIVE"],
    ]);
    expect(told(beta)).toEqual(["SNAPSHOT", "FIRING Other ACTIVE", "RESOLVED Other ACTIVE"]);
    const [fired, ...quieted] = ofDown;
    const all = ["SNAPSHOT", "FIRING Before ACTIVE", "FIRING Other ACTIVE", fired];
    const end = ["RESOLVED Before ACTIVE", "RESOLVED Other ACTIVE"];
    expect(told(operator)).toEqual([
      ...[...all, "FIRING Platform ACTIVE", ...quieted],
      ...["RESOLVED Down ACTIVE", "RESOLVED Platform ACTIVE", ...end],
    ]);
    expect(told(agent)).toEqual([...all, ...quieted, "RESOLVED Down ACTIVE", ...end]);
    expect(hints.results.map(({ data }) => data.alertEvents)).toEqual([
      { kind: "RESYNC", revision, counts: { total: 1 } },
      { kind: "CHANGES", revision, counts: { total: 0 } },
    ]);
  });

  test("tell each viewer of the same document what that viewer may read of it", async () => {
    await fire(labelled("Mine", "alpha"));
    await shown("Mine");
    const { silenceCreate } = await app.data(app.operator, createSilence, {
      input: { matchers: [{ name: "alertname", value: "Mine|Yours", isRegex: true }], duration: "1h", comment: "both" },
    });
    const everything = `subscription { alertEvents { kind changes { alert { name project { id viewerRole } } } } }`;
    const viewers = await Promise.all(
      [ofAlpha, ofBeta, app.operator, ofAlpha, ofBeta, app.operator].map((token) => subscribe(token, everything)),
    );
    await Promise.all(viewers.map((one) => one.first(1)));
    const event = (...alerts: object[]) => ({
      data: { alertEvents: { kind: "SNAPSHOT", changes: alerts.map((alert) => ({ alert })) } },
    });
    const mine = (viewerRole: string) => ({ name: "Mine", project: { id: ids.alpha, viewerRole } });
    expect(viewers.map(({ results }) => results)).toEqual([
      [event(mine("MEMBER"))],
      [event()],
      [event(mine("ADMIN"))],
      [event(mine("MEMBER"))],
      [event()],
      [event(mine("ADMIN"))],
    ]);
    await app.data(app.operator, expireSilence, { id: silenceCreate.silence.id });
  });

  test("follow an alert whose label moves it to another project", async () => {
    await fire(labelled("Moving", "alpha"));
    await shown("Moving");
    const [alpha, beta] = [await subscribe(ofAlpha, watch()), await subscribe(ofBeta, watch())];
    await Promise.all([alpha.first(1), beta.first(1)]);
    await fire(labelled("Moving", "beta"));
    await resolve(labelled("Moving", "alpha"));
    await isTold(alpha, "RESOLVED Moving ACTIVE");
    await isTold(beta, "FIRING Moving ACTIVE");
    expect(told(alpha)).toEqual(["SNAPSHOT", "FIRING Moving ACTIVE", "RESOLVED Moving ACTIVE"]);
    expect(told(beta)).toEqual(["SNAPSHOT", "FIRING Moving ACTIVE"]);
  });

  test("tell that an alert left the filter apart from that it resolved, and when it passes again", async () => {
    const active = await subscribe(ofAlpha, watch(`(filter: { states: [ACTIVE] })`));
    const web = await subscribe(ofAlpha, watch(`(filter: { ${processed}, matchers: ["team=web"] })`));
    await Promise.all([active.first(1), web.first(1)]);
    await fire(labelled("Page", "alpha", { team: "web" }), labelled("Noise", "alpha", { team: "ops" }));
    await shown("Noise", "Page");
    const { silenceCreate } = await app.data(ofAlpha, createSilence, {
      input: { project: ids.alpha, matchers: [{ name: "alertname", value: "Page" }], duration: "1h", comment: "c" },
    });
    await isTold(active, "LEFT Page SUPPRESSED");
    await app.data(ofAlpha, expireSilence, { id: silenceCreate.silence.id });
    await isTold(active, "FIRING Page ACTIVE");
    await resolve(labelled("Noise", "alpha", { team: "ops" }));
    await isTold(active, "RESOLVED Noise ACTIVE");
    await resolve(labelled("Page", "alpha", { team: "web" }));
    await isTold(web, "RESOLVED Page ACTIVE");
    await isTold(active, "RESOLVED Page ACTIVE");
    const [first, second, third, fourth, ...rest] = told(active);
    expect([first, [second, third].sort(), fourth, ...rest]).toEqual([
      ...["SNAPSHOT", ["FIRING Noise ACTIVE", "FIRING Page ACTIVE"], "LEFT Page SUPPRESSED"],
      ...["FIRING Page ACTIVE", "RESOLVED Noise ACTIVE", "RESOLVED Page ACTIVE"],
    ]);
    expect(told(web)).toEqual([
      ...["SNAPSHOT", "FIRING Page ACTIVE", "CHANGED Page SUPPRESSED", "CHANGED Page ACTIVE"],
      "RESOLVED Page ACTIVE",
    ]);
  });

  test("tell that another alert keeps one quiet than before", async () => {
    const query = `subscription { alertEvents(filter: { matchers: ["alertname=Leaf"], ${processed} }) {
      kind changes { kind alert { name state inhibitedBy { labels } } } } }`;
    const root = (host: string) => labelled("Root", "alpha", { host });
    await fire(root("a"));
    await shown("Root");
    await fire(labelled("Leaf", "alpha"));
    const subscriber = await subscribe(ofAlpha, query);
    const inhibitor = (host: string) =>
      waitFor(
        () => {
          const [change] = subscriber.results.at(-1)?.data.alertEvents.changes ?? [];
          return change?.alert.inhibitedBy[0]?.labels.host === host;
        },
        { what: `it to be kept quiet by ${host}` },
      );
    await inhibitor("a");
    const before = subscriber.results.length;
    await fire(root("b"));
    await resolve(root("a"));
    await inhibitor("b");
    expect(told({ ...subscriber, results: subscriber.results.slice(before) })).toEqual(["CHANGED Leaf SUPPRESSED"]);
  });

  test("do not tell by the filter which alert of another project keeps one quiet", async () => {
    await fire(labelled("Root", "beta", { host: "secret" }));
    await shown("Root");
    await fire(labelled("Leaf", "alpha"));
    const list = `{ alerts { nodes { fingerprint name state } } }`;
    const all = () => app.data(app.operator, list).then(({ alerts }) => alerts.nodes);
    const isQuiet = async () =>
      (await all()).some(({ name, state }: Told) => name === "Leaf" && state === "SUPPRESSED");
    await waitFor(isQuiet, { what: "the alert to be kept quiet" });
    const { fingerprint } = (await all()).find(({ name }: Told) => name === "Root");
    const query = watch(`(filter: { inhibitedBy: ["${fingerprint}"] })`);
    const [ofOne, ofAll] = [await subscribe(ofAlpha, query), await subscribe(app.operator, query)];
    await Promise.all([ofOne.first(1), ofAll.first(1)]);
    expect(told(ofAll)).toEqual(["SNAPSHOT", "FIRING Leaf SUPPRESSED"]);
    expect(told(ofOne)).toEqual(["SNAPSHOT"]);
  });

  test("tell that an alert has got too old for the filter when anything happens", async () => {
    const subscriber = await subscribe(ofAlpha, watch(`(filter: { ${processed}, mostAge: "6s" })`));
    await subscriber.first(1);
    const startsAt = new Date();
    await fire({ ...labelled("Young", "alpha"), startsAt: startsAt.toISOString() });
    await isTold(subscriber, "FIRING Young ACTIVE");
    await waitFor(() => Date.now() - startsAt.getTime() > 6_000, { what: "the alert to be old" });
    await fire({ ...labelled("Old", "beta"), startsAt: startsAt.toISOString() });
    await isTold(subscriber, "LEFT Young ACTIVE");
    expect(told(subscriber)).toEqual(["SNAPSHOT", "FIRING Young ACTIVE", "LEFT Young ACTIVE"]);
  });

  test("are none when an alert is only heard of again", async () => {
    await fire(labelled("Again", "alpha"));
    await shown("Again");
    const subscriber = await subscribe(ofAlpha, watch());
    await subscriber.first(1);
    const heardOf = async () =>
      (await app.data(ofAlpha, "{ alerts { nodes { updatedAt endsAt } } }")).alerts.nodes[0].updatedAt;
    const before = await heardOf();
    await fire(labelled("Again", "alpha"));
    await waitFor(async () => (await heardOf()) !== before, { what: "the resend" });
    await resolve(labelled("Again", "alpha"));
    await isTold(subscriber, "RESOLVED Again ACTIVE");
    expect(told(subscriber)).toEqual(["SNAPSHOT", "FIRING Again ACTIVE", "RESOLVED Again ACTIVE"]);
  });

  test("come to two hundred subscribers at once, and are made once for those who are told the same", {
    timeout: 90_000,
  }, async () => {
    const tokens = await Promise.all(Array.from({ length: 4 }, () => app.token({ [ids.alpha ?? ""]: "MEMBER" })));
    await waitFor(async () => (await openStreams()) === 0, { what: "the other streams to be closed" });
    const before = await sent();
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, index) => subscribe(tokens[index % 4] ?? "", watch())),
    );
    await Promise.all(all.map((one) => one.first(1)));
    const hundred = Array.from({ length: 100 }, (_, index) => labelled(`Many${100 + index}`, "alpha"));
    await fire(...hundred);
    const isToldAll = ({ results }: Subscriber) =>
      results.reduce((sum, { data }) => sum + data.alertEvents.changes.length, 0) === 100;
    await waitFor(() => all.every(isToldAll), { what: "all of it", deadlineMs: 60_000, intervalMs: 250 });
    const expected = ["SNAPSHOT", ...hundred.map(({ labels }) => `FIRING ${labels.alertname} ACTIVE`)];
    expect(all.map((one) => [...told(one)].sort())).toEqual(all.map(() => [...expected].sort()));
    const after = await sent();
    const events = all[0]?.results.length ?? 0;
    expect([after.made - before.made, after.shared - before.shared]).toEqual([events, 199 * events]);
    expect(await openStreams()).toBe(200);
  });
});

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(app.url.replace(/\/graphql$/, "/metrics"))).text();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")[1] ?? 0,
  );
};
const openStreams = () => metric('metricsinfra_open_streams{subscription="alertEvents"}');

/** How many events were made and sent, and how many were sent that another subscriber had got. */
async function sent() {
  const count = (shared: boolean) =>
    metric(`metricsinfra_stream_events_total{subscription="alertEvents",shared="${shared}"}`);
  return { made: await count(false), shared: await count(true) };
}
