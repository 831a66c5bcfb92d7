import "reflect-metadata";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect, test } from "vitest";
import { Caller } from "../../server/access/caller.js";
import type { Alert } from "../../server/alerts/alert.js";
import { AlertEvent } from "../../server/alerts/alert-event.js";
import { AlertEventService } from "../../server/alerts/alert-event-service.js";
import { compileAlertFilter } from "../../server/alerts/alert-filter.js";
import { newestFirst } from "../../server/alerts/alert-index.js";
import type { AlertFilter } from "../../server/alerts/alert-input.js";
import { scopeOfProject, scopeOfSight } from "../../server/alerts/alert-scope.js";
import { AlertSelector } from "../../server/alerts/alert-selector.js";
import type { AlertSnapshot } from "../../server/alerts/alert-snapshot.js";
import { EventFeed } from "../../server/alerts/events/event-feed.js";
import { LiveAlerts } from "../../server/alerts/live-alerts.js";
import { AlertmanagerClient } from "../../server/clients/alertmanager-client.js";
import { HttpJson } from "../../server/clients/http-json.js";
import { upstreamFetch } from "../../server/clients/upstream-fetch.js";
import { Matching } from "../../server/core/matching.js";
import { type Answer, json, startStandIn } from "../clients/stand-in.js";
import { readingWorker } from "../support/reading-worker.js";
import { seeded } from "../support/seeded.js";
import { waitFor } from "../support/wait-for.js";

// Members that hold what they like, come and go: whatever they do, what is shown is what they hold together.

interface Held {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "active" | "suppressed" | "unprocessed";
  readonly startsAtMs: number;
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  readonly updatedAtMs: number;
}

class Member {
  readonly alerts = new Map<string, Held>();
  isUp = true;
  /** Requests that were answered or refused, by path. */
  readonly asked = new Map<string, number>();

  constructor(readonly name: string) {}

  get rounds(): number {
    return Math.min(...["/api/v2/alerts", "/api/v2/silences"].map((path) => this.asked.get(path) ?? 0));
  }
}

const random = seeded(20_261_123);
const below = (most: number) => Math.floor(random() * most);
const oneOf = <T>(values: readonly [T, ...T[]]): T => values[below(values.length)] ?? values[0];
const anyOf = <T>(values: readonly T[]): T | undefined => values[below(values.length)];

const clusters = { main: [new Member("m1"), new Member("m2")], other: [new Member("o1")] };
const members = Object.values(clusters).flat();
const epochMs = Date.UTC(2026, 0, 1);

const answerOf = ({ alerts }: Member, path: string): unknown => {
  if (path === "/api/v2/silences") return [];
  return [...alerts.values()].map(({ startsAtMs, updatedAtMs, state, silencedBy, inhibitedBy, ...alert }) => ({
    ...alert,
    status: { state, silencedBy, inhibitedBy },
    annotations: {},
    receivers: [{ name: "r" }],
    startsAt: new Date(startsAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    endsAt: new Date(updatedAtMs + 240_000).toISOString(),
  }));
};

/** Answers as the member would; one that is away hangs up. */
const answering =
  (member: Member): Answer =>
  async (request, response) => {
    const { url = "" } = request;
    const { isUp } = member;
    const answer = answerOf(member, url);
    await new Promise((resolve) => setTimeout(resolve, random() * 3));
    member.asked.set(url, (member.asked.get(url) ?? 0) + 1);
    if (isUp && url !== "/api/v2/status") json(answer)(request, response);
    else request.socket.destroy();
  };

const upstream = upstreamFetch();
const limits = { timeoutMs: 60_000, maxBytes: 1_000_000 };
const groups = Object.entries(clusters).map(async ([name, all]) => ({
  name,
  members: await Promise.all(
    all.map(async (member) => {
      const server = { name: member.name, url: (await startStandIn(answering(member))).url };
      const client = new AlertmanagerClient(new HttpJson("Alertmanager", server, upstream.fetch, limits));
      return { name: member.name, client, server, limits };
    }),
  ),
}));
const live = new LiveAlerts(await Promise.all(groups), {
  ...{ intervalMs: 2, now: () => new Date(), random: () => 0.5, readingWorker },
  onError: (error) => {
    throw error;
  },
});

const acked = new Set<string>();
const listeners = new Set<() => void>();
const ack = { id: "ack", ownerName: "ann", createdAtMs: 0 };
const acknowledgements = {
  revision: 0,
  of: (fingerprint: string) => (acked.has(fingerprint) ? ack : null),
  onChange: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

const selector = new AlertSelector("server", acknowledgements, () => new Date());
const feed = new EventFeed<Alert, AlertEvent>({
  makeEvent: (told) => new AlertEvent({ ...told, lastSyncAt: null }),
  mostMatching: 1_000_000,
  onResync: () => {},
});
const nobody = { find: () => null } as never;
const events = new AlertEventService({
  ...{ live, projects: nobody, feed, selector, acknowledgements, now: () => new Date() },
});

const filters: readonly AlertFilter[] = [
  {},
  { states: ["ACTIVE"] },
  { acknowledged: false },
  { inhibited: true, projects: ["p1", "p2"] },
  { matchers: [`team=~"a|b"`, `severity!=""`] },
  { silenced: true },
  { inhibitedBy: ["0000000000000001", "0000000000000002", "0000000000000003"] },
  { leastAge: "1s", clusters: ["other"] },
];

const hangUp = new AbortController();
afterAll(async () => {
  hangUp.abort();
  await live.stop();
  await upstream.close();
});

/** What a reader of the events of a filter has by now. */
function follow(filter: AlertFilter): ReadonlyMap<string, Alert> {
  const facts = { requestId: "r", source: null, signal: hangUp.signal, idempotency: null };
  const roles = { globalRole: "OPERATOR", everyProjectRole: null, memberships: new Map() } as const;
  const caller = new Caller({ kind: "API_TOKEN", id: "tok", name: "t", ...roles }, facts);
  const has = new Map<string, Alert>();
  const read = async () => {
    for await (const { kind, isFirst, changes } of events.events(caller, { filter, snapshot: true })) {
      if (kind === "SNAPSHOT" && isFirst) has.clear();
      for (const change of changes) {
        const isThere = has.has(change.alert.fingerprint);
        if (change.kind === "FIRING") expect(isThere).toBe(false);
        else expect([change.kind, isThere]).toEqual([change.kind, true]);
        if (change.kind === "FIRING" || change.kind === "CHANGED") has.set(change.alert.fingerprint, change.alert);
        else has.delete(change.alert.fingerprint);
      }
      // Some readers are slow.
      await new Promise((resolve) => setTimeout(resolve, random() * 20));
    }
  };
  void read();
  return has;
}

/** What a cluster holds, which stays as it was while no member answers. */
const known: Record<string, ReadonlyMap<string, Held>> = {};
function wanted(): ReadonlyMap<string, readonly [string, Held][]> {
  const all = new Map<string, [string, Held][]>();
  for (const [cluster, ofIt] of Object.entries(clusters)) {
    const good = ofIt.filter(({ isUp }) => isUp);
    if (good.length > 0) known[cluster] = new Map(good.toReversed().flatMap(({ alerts }) => [...alerts]));
    for (const [fingerprint, held] of known[cluster] ?? []) {
      all.set(fingerprint, [...(all.get(fingerprint) ?? []), [cluster, held]]);
    }
  }
  return all;
}

const loudest = (held: readonly [string, Held][]) =>
  (["active", "unprocessed", "suppressed"] as const).find((state) => held.some(([, one]) => one.state === state));
const rowOf = (held: readonly [string, Held][]) => [
  ...[held.map(([cluster]) => cluster), held[0]?.[1].labels, loudest(held)?.toUpperCase()],
  ...[Math.min(...held.map(([, { startsAtMs }]) => startsAtMs))],
  [...new Set(held.flatMap(([, { silencedBy }]) => silencedBy))].sort(),
  new Set(held.flatMap(([, { inhibitedBy }]) => inhibitedBy)).size,
];
const rowOfAlert = ({ clusters: of, labels, state, startsAtMs, silenceIds, inhibitors }: Alert) => [
  ...[of, labels, state, startsAtMs, [...silenceIds].sort(), inhibitors.length],
];

const shown = (snapshot: AlertSnapshot | null) =>
  new Map(snapshot?.alerts.map((alert) => [alert.fingerprint, rowOfAlert(alert)]));

let clockMs = epochMs;
function anything(): void {
  clockMs += 1_000;
  const member = anyOf(members);
  if (member === undefined) return;
  const number = below(60);
  const fingerprint = number.toString(16).padStart(16, "0");
  const held = member.alerts.get(fingerprint);
  const what = below(20);
  if (what === 0) member.isUp = !member.isUp;
  else if (what === 1) member.alerts.clear();
  else if (what < 5) {
    if (!acked.delete(fingerprint)) acked.add(fingerprint);
    acknowledgements.revision++;
    for (const listener of listeners) listener();
  } else if (held !== undefined && what < 9) member.alerts.delete(fingerprint);
  else {
    const isQuiet = below(3) === 0;
    const inhibitor = below(4).toString(16).padStart(16, "0");
    member.alerts.set(fingerprint, {
      fingerprint,
      labels: {
        ...{ alertname: `A${number % 7}`, ...(number % 5 > 0 ? { project: `p${number % 5}` } : {}) },
        ...(number % 3 > 0 ? { team: number % 2 ? "a" : "c" } : {}),
        ...(number % 4 > 0 ? { severity: number % 2 ? "page" : "warn" } : {}),
      },
      state: isQuiet ? "suppressed" : oneOf(["active", "active", "unprocessed"]),
      startsAtMs: held !== undefined && below(2) > 0 ? held.startsAtMs : clockMs,
      silencedBy: isQuiet && below(2) ? [`s${below(3)}`] : [],
      inhibitedBy: isQuiet && below(2) ? [inhibitor] : [],
      updatedAtMs: clockMs,
    });
  }
}

const everything = scopeOfSight({ names: null, sees: () => true, platform: true });
const ids = (alerts: Iterable<Alert>) => [...alerts].map(({ fingerprint }) => fingerprint);

test("whatever members do, what is shown is what they hold together, to who asks and to who is told", async () => {
  live.start();
  await live.snapshot();
  const readers = filters.map((filter) => ({ filter, has: follow(filter) }));
  for (let turn = 0; turn < 20; turn++) {
    for (let act = below(15); act >= 0; act--) anything();
    const begun = members.map(({ rounds }) => rounds);
    await waitFor(() => members.every(({ rounds }, index) => rounds > (begun[index] ?? 0) + 2), {
      what: "all members to be read",
      intervalMs: 2,
    });
    const rows = new Map([...wanted()].map(([fingerprint, held]) => [fingerprint, rowOf(held)]));
    // What a member held that went away counts until another is read again.
    const snapshot = await waitFor(() => isDeepStrictEqual(shown(live.current), rows) && live.current, {
      what: `${JSON.stringify([...rows.values()])} to be shown in turn ${turn}`,
      intervalMs: 2,
    });
    expect([...snapshot.alerts].sort(newestFirst)).toEqual(snapshot.alerts);
    for (const { filter, has } of readers) {
      const context = { matching: new Matching(), nowMs: Date.now(), snapshot, acknowledgements };
      const inhibitedBy = filter.inhibitedBy?.filter((fingerprint) => snapshot.alert(fingerprint) !== undefined);
      const { accepts } = compileAlertFilter({ ...filter, ...(inhibitedBy && { inhibitedBy }) }, context);
      const passing = snapshot.alerts.filter(accepts);
      for (const scope of [everything, scopeOfProject("p2")]) {
        if (filter.inhibitedBy) continue;
        const found = selector.select(snapshot, scope, filter, new Matching()).alerts;
        expect(ids(found)).toEqual(ids(passing.filter(scope.holds)));
      }
      const isTold = () => {
        const hasAll = passing.every((alert) => has.get(alert.fingerprint)?.isLike(alert) === true);
        return hasAll && has.size === passing.length;
      };
      await waitFor(isTold, { what: `${JSON.stringify(filter)} to be told of in turn ${turn}`, intervalMs: 2 });
    }
  }
}, 60_000);
