import { beforeAll, describe, expect, it } from "vitest";
import { type Alertmanager, type PostedAlert, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const createProject = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
const minuteMs = 60_000;
const isoAt = (ms: number) => new Date(ms).toISOString();
const soon = expect.toSatisfy((at) => typeof at === "string" && Math.abs(Date.parse(at) - Date.now()) < minuteMs);

interface Episode {
  readonly id: string;
  readonly name: string;
  readonly startsAt: string;
  readonly resolvedAt: string | null;
  readonly resolvedBefore: string | null;
  readonly durationSeconds: number;
}

describeOnEachDatabase((database) => {
  let alertmanager: Alertmanager;
  let app: TestApp;
  const ids: Record<string, string> = {};
  const start = (settings: TestSettings = {}) =>
    startApp(database.settings, {
      alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
      upstreams: { pollIntervalSeconds: 0.1 },
      ...settings,
    });
  const post = (labels: Record<string, string>, startsAtMs: number, more: Partial<PostedAlert> = {}) =>
    alertmanager.postAlerts([
      {
        labels: { severity: "page", ...labels },
        startsAt: isoAt(startsAtMs),
        endsAt: isoAt(Date.now() + 60 * minuteMs),
        ...more,
      },
    ]);
  const resolve = (labels: Record<string, string>, startsAtMs: number) =>
    post(labels, startsAtMs, { endsAt: isoAt(Date.now() - 1) });
  const episodesOf = async (name: string): Promise<Episode[]> => {
    const query = `query ($filter: AlertHistoryFilter) { alertHistory(filter: $filter) { nodes {
      id name startsAt resolvedAt resolvedBefore durationSeconds } } }`;
    return (await app.data(app.operator, query, { filter: { names: [name] } })).alertHistory.nodes;
  };
  const episodeOf = (name: string, what: string, is: (episodes: Episode[]) => boolean = (found) => found.length > 0) =>
    waitFor(
      async () => {
        const found = await episodesOf(name);
        return is(found) && found;
      },
      { what },
    );

  beforeAll(async () => {
    alertmanager = await startAlertmanager();
    app = await start();
    for (const name of ["alpha", "beta"]) {
      ids[name] = (await app.data(app.operator, createProject, { name })).projectCreate.project.id;
    }
  });

  it("tells what fires, that it was silenced, and when it resolved", async () => {
    const startsAtMs = Date.now() - 10 * minuteMs;
    const labels = { alertname: "Down", project: "alpha", instance: "a-1" };
    await post(labels, startsAtMs, { annotations: { summary: "a-1 is down" } });
    await episodeOf("Down", "the alert to be recorded");
    const member = await app.token({ [ids.alpha ?? ""]: "MEMBER" });
    const all = `{ project(name: "alpha") { alertHistory { leftOut nodes { id fingerprint name severity project { name } labels annotations
      clusters startsAt firstSeenAt resolvedAt resolvedBefore state durationSeconds suppressedSeconds
      stateChanges { at state silenced inhibited muted } alert { state history { nodes { id } } } } } } }`;
    const history = async () => (await app.data(member, all)).project.alertHistory;
    const seconds = expect.toSatisfy((value) => value >= 600 && value < 660);
    const firing = {
      id: expect.stringMatching(/^alh_/),
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: "Down",
      severity: "page",
      project: { name: "alpha" },
      labels: { ...labels, severity: "page" },
      annotations: { summary: "a-1 is down" },
      clusters: ["main"],
      startsAt: isoAt(startsAtMs),
      firstSeenAt: soon,
      resolvedBefore: null,
      durationSeconds: seconds,
    };
    const [first] = (await history()).nodes;
    expect(await history()).toEqual({
      leftOut: 0,
      nodes: [
        {
          ...firing,
          state: "FIRING",
          resolvedAt: null,
          suppressedSeconds: 0,
          stateChanges: [{ at: soon, state: "ACTIVE", silenced: false, inhibited: false, muted: false }],
          alert: { state: "ACTIVE", history: { nodes: [{ id: first.id }] } },
        },
      ],
    });

    const silence = `mutation { silenceCreate(input: { project: "${ids.alpha}", comment: "known", duration: "1h",
      matchers: [{ name: "alertname", value: "Down" }] }) { silence { id } } }`;
    await app.data(member, silence);
    await waitFor(async () => (await history()).nodes[0].stateChanges.length === 2, { what: "the silence to be seen" });
    await waitFor(async () => (await history()).nodes[0].suppressedSeconds >= 1, { what: "a second of silence" });
    await resolve(labels, startsAtMs);
    await waitFor(async () => (await history()).nodes[0].state === "RESOLVED", { what: "the end" });
    const over = (await history()).nodes[0];
    expect(over).toEqual({
      ...firing,
      id: first.id,
      state: "RESOLVED",
      resolvedAt: soon,
      suppressedSeconds: expect.toSatisfy((value) => value >= 1 && value < 30),
      stateChanges: [
        first.stateChanges[0],
        { at: soon, state: "SUPPRESSED", silenced: true, inhibited: false, muted: false },
      ],
      alert: null,
    });
    expect(over.durationSeconds).toBe((Date.parse(over.resolvedAt) - startsAtMs) / 1_000);
  });
});
