import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as sdk from "../../sdk/index.js";
import { GraphServer } from "./support/graph-server.js";

type Script = readonly (object | "break" | "silence")[];

/** What the server streams to each subscriber in turn, and what the subscribers asked for. */
let scripts: Script[];
let asked: unknown[];
let graph: GraphServer;

const stream = (field: string) =>
  async function* (args: object) {
    asked.push({ ...args });
    for (const event of scripts.shift() ?? []) {
      if (event === "silence") await new Promise(() => {});
      if (event === "break") {
        setImmediate(() => graph.breakConnections()); // Only then is the last event written.
        await new Promise(() => {});
      }
      yield { [field]: event };
    }
  };

beforeAll(async () => {
  graph = await GraphServer.start({ alertEvents: stream("alertEvents"), silenceEvents: stream("silenceEvents") });
});
beforeEach(() => {
  graph.reset();
  scripts = [];
  asked = [];
});

const connect = (options: Partial<sdk.ClientOptions> = {}) =>
  sdk.createClient({ url: graph.url, token: "s3cret", retry: { baseDelayMs: 1, maxDelayMs: 2 }, ...options });

const alert = (name: string, state = "ACTIVE") => ({
  ...{
    id: `alr_${name}`,
    fingerprint: name,
    name,
    state,
    severity: null,
    project: null,
    rule: null,
    globalRule: null,
    acknowledgement: null,
  },
  ...{ labels: {}, annotations: {}, startsAt: "2026-01-01T00:00:00.000Z", endsAt: "2026-01-01T00:00:00.000Z" },
  ...{ updatedAt: "2026-01-01T00:00:00.000Z", generatorURL: null, receivers: [], silencedBy: [], inhibitedBy: [] },
  ...{ mutedBy: [], clusters: [], acknowledgement: null },
});
const event = (
  kind: string,
  changes: readonly (readonly [kind: string, name: string, state?: string])[] = [],
  place = {},
) => ({
  ...{ kind, isFirst: true, isLast: true, revision: "r", lastSyncAt: null, counts: null },
  changes: changes.map(([change, name, state]) => ({ kind: change, alert: alert(name, state) })),
  ...place,
});
const [begin, end] = [{ isLast: false }, { isFirst: false }];

async function take<T>(stream: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const value of stream) {
    taken.push(value);
    if (taken.length === count) break;
  }
  return taken;
}
const shown = (alerts: ReadonlyMap<string, sdk.Alert>) =>
  [...alerts.values()].map(({ name, state }) => `${name} ${state}`);

describe("watching alerts", () => {
  it("gives each event, with all that there is to know of its alerts", async () => {
    const events = [event("SNAPSHOT", [["FIRING", "a"]]), event("HEARTBEAT"), event("CHANGES", [["RESOLVED", "a"]])];
    scripts = [events];
    const filter = { states: ["ACTIVE"] } as const;
    expect(await take(connect().alerts.watch({ filter, snapshot: true }), 3)).toEqual(events);
    expect(asked).toEqual([{ filter, snapshot: true }]);
  });

  it("begins anew after every kind of break, with a snapshot unless none is wanted", async () => {
    const snapshot = event("SNAPSHOT");
    scripts = [[snapshot, "break"], [snapshot, "silence"], [snapshot], [snapshot, "silence"]];
    const errors: string[] = [];
    const client = connect({ hooks: { onRetry: ({ error }) => void errors.push(error.message) } });
    expect(await take(client.alerts.watch({}, { idleTimeoutMs: 300 }), 4)).toEqual([
      snapshot,
      snapshot,
      snapshot,
      snapshot,
    ]);
    expect(errors).toEqual([
      expect.stringContaining("(NETWORK)"),
      "the stream was silent for 300 ms (NETWORK)",
      "the server ended the stream (NETWORK)",
    ]);
    const resync = event("RESYNC");
    scripts = [
      [resync, "break"],
      [resync, "silence"],
    ];
    expect(await take(connect().alerts.watch({ snapshot: false }), 2)).toEqual([resync, resync]);
    expect(asked.slice(4)).toEqual([{ snapshot: false }, { snapshot: false }]);
  });

  it("ends quietly with its signal", async () => {
    scripts = [[event("SNAPSHOT"), "silence"]];
    const hangUp = new AbortController();
    for await (const { kind } of connect().alerts.watch({}, { signal: hangUp.signal })) {
      expect(kind).toBe("SNAPSHOT");
      hangUp.abort();
    }
  });

  it("rejects with what no retry mends", async () => {
    graph.fail((response) => {
      const errors = [{ message: "Too expensive.", extensions: { code: "COST_LIMIT" } }];
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`event: next\ndata: ${JSON.stringify({ errors })}\n\nevent: complete\ndata:\n\n`);
    });
    await expect(connect().alerts.watch().next()).rejects.toBeInstanceOf(sdk.InvalidRequestError);
  });
});

describe("live alerts", () => {
  it("are what the events come to, each time another map", async () => {
    scripts = [
      [
        event("HEARTBEAT"),
        event(
          "SNAPSHOT",
          [
            ["FIRING", "a"],
            ["FIRING", "b"],
          ],
          begin,
        ),
        event("SNAPSHOT", [["FIRING", "c"]], end),
        event("HEARTBEAT"),
        event(
          "CHANGES",
          [
            ["CHANGED", "a", "SUPPRESSED"],
            ["RESOLVED", "b"],
          ],
          begin,
        ),
        event(
          "CHANGES",
          [
            ["LEFT", "c"],
            ["FIRING", "d"],
          ],
          end,
        ),
        event("CHANGES", [["RESOLVED", "unheard of"]]),
        event("RESYNC"),
        event("SNAPSHOT", [["FIRING", "e"]]),
      ],
    ];
    const filter = { projects: ["shop"] };
    const maps = await take(connect().alerts.live({ filter }), 4);
    expect(maps.map(shown)).toEqual([
      ["a ACTIVE", "b ACTIVE", "c ACTIVE"],
      ["a SUPPRESSED", "d ACTIVE"],
      ["a SUPPRESSED", "d ACTIVE"],
      ["e ACTIVE"],
    ]);
    expect([new Set(maps).size, asked]).toEqual([4, [{ filter, snapshot: true }]]);
  });

  it("are not mixed of two snapshots where a connection breaks within the first", async () => {
    scripts = [
      [event("SNAPSHOT", [["FIRING", "old"]], begin), "break"],
      [event("SNAPSHOT", [["FIRING", "new"]]), event("CHANGES", [["FIRING", "half"]], begin), "break"],
      [event("SNAPSHOT", [["FIRING", "newer"]], begin), event("SNAPSHOT", [["FIRING", "newest"]], end), "silence"],
    ];
    expect((await take(connect().alerts.live(), 2)).map(shown)).toEqual([
      ["new ACTIVE"],
      ["newer ACTIVE", "newest ACTIVE"],
    ]);
  });
});

describe("silences", () => {
  it("are watched and live too", async () => {
    const silence = (id: string) => ({
      ...{ id, cluster: "main", matchers: [], state: "ACTIVE", createdBy: "ann", comment: "c", projects: [] },
      ...{ startsAt: "2026-01-01T00:00:00.000Z", endsAt: "2026-01-01T00:00:00.000Z" },
      ...{ updatedAt: "2026-01-01T00:00:00.000Z", viewerCanEdit: true },
    });
    const told = (kind: string, change: string, id: string) => ({
      ...{ kind, isFirst: true, isLast: true, revision: "r", lastSyncAt: null },
      changes: [{ kind: change, silence: silence(id) }],
    });
    const events = [told("SNAPSHOT", "ADDED", "a"), told("CHANGES", "ADDED", "b"), told("CHANGES", "REMOVED", "a")];
    scripts = [events, events];
    const filter = { states: ["ACTIVE"] } as const;
    expect(await take(connect().silences.watch({ filter, snapshot: true }), 3)).toEqual(events);
    const maps = await take(connect().silences.live({ filter }), 3);
    expect(maps.map((silences) => [...silences.keys()])).toEqual([["a"], ["a", "b"], ["b"]]);
    expect(asked).toEqual([
      { filter, snapshot: true },
      { filter, snapshot: true },
    ]);
  });
});
