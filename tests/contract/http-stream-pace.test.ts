import { connect } from "node:net";
import { GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql";
import { beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../server/access/caller.js";
import type { Principal } from "../../server/access/principal.js";
import { atEnd } from "../support/at-end.js";
import { subscribe } from "../support/subscriber.js";
import { waitFor } from "../support/wait-for.js";
import { startStreamServer } from "./stream-server.js";

const person = (name: string, projects: readonly string[]): Principal => ({
  kind: "OIDC",
  id: `usr_${name}`,
  name,
  globalRole: null,
  everyProjectRole: null,
  memberships: new Map(projects.map((project) => [project, "VIEWER"])),
});
const people = {
  ann: person("ann", ["prj_1", "prj_2"]),
  bea: person("bea", ["prj_2", "prj_1"]),
  cid: person("cid", ["prj_3"]),
};

interface Tick {
  readonly number: number;
  readonly weight: number;
}

let ticks: Tick[] = [];
/** How many events were asked for, and how often one was executed. */
let [pulled, executed] = [0, 0];
/** How many streams begin together, and what lets those go on that wait for the others. */
let [together, waiting]: [number, (() => void)[]] = [1, []];
beforeEach(() => {
  [together, waiting] = [1, []];
  ticks = Array.from({ length: 3 }, (_, index) => ({ number: index + 1, weight: 0 }));
  [pulled, executed] = [0, 0];
});

const Thing = new GraphQLObjectType({ name: "Thing", fields: { name: { type: GraphQLString } } });
const TickType = new GraphQLObjectType<Tick, Caller>({
  name: "Tick",
  fields: {
    number: {
      type: GraphQLInt,
      resolve: ({ number }) => {
        executed++;
        return number;
      },
    },
    seen: {
      type: new GraphQLList(GraphQLString),
      resolve: (_tick, _args, caller) =>
        ["prj_1", "prj_2", "prj_3"].filter((project) => caller.may("project.read", project)),
    },
    whose: { type: GraphQLString, resolve: (_tick, _args, caller) => caller.principal.name },
    fails: {
      type: GraphQLString,
      resolve: () => {
        throw new Error("secret");
      },
    },
    large: {
      type: GraphQLString,
      args: { megabytes: { type: new GraphQLNonNull(GraphQLInt) } },
      resolve: (_tick, { megabytes }) => "x".repeat(megabytes * 1_000_000),
    },
    things: {
      type: new GraphQLList(Thing),
      resolve: ({ weight }) => Array.from({ length: weight }, () => ({ name: "t" })),
    },
  },
});
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: "Query", fields: { a: { type: GraphQLString } } }),
  subscription: new GraphQLObjectType<unknown, Caller>({
    name: "Subscription",
    fields: {
      ticks: {
        type: TickType,
        resolve: (tick) => tick,
        subscribe: async function* () {
          await new Promise<void>((go) => {
            waiting.push(go);
            if (waiting.length >= together) for (const begin of waiting.splice(0)) begin();
          });
          for (const tick of ticks) {
            pulled++;
            yield tick;
          }
        },
      },
    },
  }),
});

const answers = (results: readonly { readonly data?: { readonly ticks: object } }[]) =>
  results.map(({ data }) => data?.ticks);

describe("the events of a stream", () => {
  it("are executed once for all with the same rights who ask the same, and apart for others", async () => {
    const { url } = await startStreamServer(schema, people);
    const ask = (who: string, query: string) => subscribe(url, who, query);
    const query = "subscription { ticks { number seen } }";
    together = 4;
    const all = await Promise.all([ask("ann", query), ask("bea", query), ask("cid", query), ask("cid", `${query} `)]);
    await waitFor(() => all.every(({ isComplete }) => isComplete), { what: "the end" });
    const told = (...seen: string[]) => ticks.map(({ number }) => ({ number, seen }));
    expect(all.map(({ results }) => answers(results))).toEqual([
      told("prj_1", "prj_2"),
      told("prj_1", "prj_2"),
      told("prj_3"),
      told("prj_3"),
    ]);
    expect(executed).toBe(3 * 3);
  });

  it("are executed for each where they depend on who asks, or fail", async () => {
    const { url } = await startStreamServer(schema, people);
    const query = "subscription { ticks { whose } }";
    const [ann, bea, again] = await Promise.all([
      subscribe(url, "ann", query),
      subscribe(url, "bea", query),
      subscribe(url, "ann", query),
    ]);
    const [failed, too] = await Promise.all(
      ["ann", "bea"].map((who) => subscribe(url, who, "subscription { ticks { number fails } }")),
    );
    const all = [ann, bea, again, failed, too];
    await waitFor(() => all.every((one) => one?.isComplete), { what: "the end" });
    expect([ann, bea, again].map((one) => answers(one?.results ?? []))).toEqual([
      ticks.map(() => ({ whose: "ann" })),
      ticks.map(() => ({ whose: "bea" })),
      ticks.map(() => ({ whose: "ann" })),
    ]);
    const failures = (requestId: string) =>
      ticks.map(({ number }) => ({
        data: { ticks: { number, fails: null } },
        errors: [
          {
            message: "Internal server error",
            locations: [{ line: 1, column: 31 }],
            path: ["ticks", "fails"],
            extensions: { code: "INTERNAL_SERVER_ERROR", requestId },
          },
        ],
      }));
    expect([failed?.results, too?.results]).toEqual([failures("of ann"), failures("of bea")]);
  });

  it("are not asked for while the client does not read, and come all once it does", async () => {
    ticks = Array.from({ length: 40 }, (_, index) => ({ number: index + 1, weight: 0 }));
    const { url } = await startStreamServer(schema, people);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    atEnd(async () => void socket.destroy());
    const body = JSON.stringify({ query: "subscription { ticks { number large(megabytes: 4) } }" });
    socket.pause();
    socket.write(
      `POST /graphql/stream HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ann\r\ncontent-type: application/json\r\naccept: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    // The operating system takes some of them; of the rest one is made, and waits.
    let before = -1;
    await waitFor(
      () => {
        const isStill = pulled > 0 && pulled === before;
        before = pulled;
        return isStill;
      },
      { what: "the stream to stand still", intervalMs: 1_000 },
    );
    expect(pulled).toBeLessThan(10);
    let text = "";
    socket.on("data", (chunk) => {
      text = (text + chunk.toString("latin1").replaceAll("x", "")).slice(-20_000);
    });
    socket.resume();
    await waitFor(() => text.includes("event: complete"), { what: "the end", deadlineMs: 30_000 });
    const numbers = [...text.matchAll(/"number":(\d+)/g)].map(([, number]) => Number(number));
    expect([pulled, numbers]).toEqual([40, ticks.map(({ number }) => number)]);
  });

  it("end with one that is too large to be held for a client that may not read it", async () => {
    const { url } = await startStreamServer(schema, people);
    const large = await subscribe(url, "ann", "subscription { ticks { number large(megabytes: 9) } }");
    await waitFor(() => large.isEnded, { what: "the end" });
    const message = "The operation is too expensive. One event would take more than 8 MB. Ask for fewer fields.";
    expect([large.results, large.isComplete]).toEqual([
      [{ errors: [{ message, extensions: { code: "COST_LIMIT", requestId: "of ann" } }] }],
      true,
    ]);
  });

  it("wait once they have cost a minute's worth, while the caller may ask, and others go on", async () => {
    ticks = Array.from({ length: 10 }, (_, index) => ({ number: index + 1, weight: 1_000 }));
    const { url } = await startStreamServer(schema, people, { costPerMinute: 15_000 });
    const query = "subscription { ticks { number things { name } } }";
    const ann = await subscribe(url, "ann", query);
    // Each costs 1 and 1,000 times 1.
    await waitFor(() => ann.results.length === 10, { what: "the first events" });
    const again = await subscribe(url, "ann", `${query} # again`);
    await waitFor(() => again.results.length === 5, { what: "the events that are left" });
    const other = await subscribe(url, "cid", query);
    await waitFor(() => other.isComplete, { what: "the other's events" });
    const asked = await subscribe(url, "ann", "subscription { ticks { number } }");
    expect((await asked.first(1)).length).toBe(1);
    expect([ann.isComplete, again.isComplete, again.results.length, again.isEnded]).toEqual([true, false, 5, false]);
  });
});
