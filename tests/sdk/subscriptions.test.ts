import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as sdk from "../../sdk/index.js";
import { answeringHtml, GraphServer, hangingUp, neverAnswering, refusing } from "./support/graph-server.js";

/** What the server streams to each subscriber in turn; null completes the stream, undefined leaves it open. */
let scripts: (number | null | undefined)[][];
let graph: GraphServer;

beforeAll(async () => {
  graph = await GraphServer.start({
    revision: () => 1,
    revisions: async function* () {
      for (const revision of scripts.shift() ?? [undefined]) {
        if (revision === null) return;
        if (revision === undefined) await new Promise(() => {});
        yield { revisions: revision };
      }
      setImmediate(() => graph.breakConnections()); // Only then is the last event written.
      await new Promise(() => {});
    },
  });
});
beforeEach(() => {
  graph.reset();
  scripts = [];
});

const connect = (options: Partial<sdk.ClientOptions> = {}) =>
  sdk.createClient({ url: graph.url, token: "s3cret", retry: { baseDelayMs: 1, maxDelayMs: 2 }, ...options });

async function take(stream: AsyncIterable<number>, count: number): Promise<number[]> {
  const taken: number[] = [];
  for await (const value of stream) {
    taken.push(value);
    if (taken.length === count) break;
  }
  return taken;
}

/** A fault: a stream of exactly these bytes, which then stays open. */
const streaming = (...chunks: string[]) => {
  return (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of chunks) response.write(chunk);
  };
};
const event = (revision: number) => `event: next\ndata: {"data":{"revisions":${revision}}}\n\n`;

describe("revisions", () => {
  it("come as the server sends them, with the token and the program's name", async () => {
    scripts = [[1, 2, 5, undefined]];
    expect(await take(connect({ app: { name: "agent", version: "2" } }).revisions(), 3)).toEqual([1, 2, 5]);
    expect(
      graph.streams.map(({ authorization, "x-metricsinfra-client": program }) => [authorization, program]),
    ).toEqual([["Bearer s3cret", "agent/2"]]);
  });

  it("go on after every kind of break, and say each once", async () => {
    scripts = [
      [1, 2],
      [2, null],
      [2, 3],
      [4, undefined],
    ];
    const retries: string[] = [];
    const hooks = { onRetry: ({ error, attempt }: sdk.RetryEvent) => void retries.push(`${attempt} ${error.name}`) };
    graph.fail(hangingUp, answeringHtml(502), refusing(503, "UPSTREAM_UNAVAILABLE"), refusing(429, "RATE_LIMITED"));
    expect(await take(connect({ hooks }).revisions(), 4)).toEqual([1, 2, 3, 4]);
    expect(retries).toEqual([
      "0 NetworkError",
      "1 ServerError",
      "2 UpstreamUnavailableError",
      "3 RateLimitError",
      "0 NetworkError",
      "0 NetworkError",
      "0 NetworkError",
    ]);
  });

  it("ask for the token anew with each connection", async () => {
    scripts = [[1], [2, undefined]];
    let count = 0;
    expect(await take(connect({ token: () => `t${++count}` }).revisions(), 2)).toEqual([1, 2]);
    expect(graph.streams.map(({ authorization }) => authorization)).toEqual(["Bearer t1", "Bearer t2"]);
  });

  it.each([
    ["a token that was revoked", refusing(401, "UNAUTHENTICATED"), sdk.AuthenticationError],
    ["a role that is missing", refusing(403, "FORBIDDEN"), sdk.ForbiddenError],
    ["an address that serves something else", answeringHtml(404), sdk.InvalidRequestError],
    ["an answer that is not a stream", answeringHtml(200), sdk.ServerError],
    [
      "an error in the stream",
      streaming('event: next\ndata: {"errors":[{"message":"No.","extensions":{"code":"FORBIDDEN"}}]}\n\n'),
      sdk.ForbiddenError,
    ],
  ])("end with an error after %s, even in the middle", async (_name, fault, ErrorClass) => {
    scripts = [[1, 2]];
    const seen: number[] = [];
    const reading = (async () => {
      for await (const revision of connect().revisions()) {
        seen.push(revision);
        if (revision === 2) graph.fail(fault);
      }
    })();
    const error: unknown = await reading.catch((thrown) => thrown);
    expect([(error as Error).constructor, seen]).toEqual([ErrorClass, [1, 2]]);
  });

  it("take heartbeats for signs of life, and a silent stream for a broken one", async () => {
    scripts = [[9, undefined]];
    const errors: string[] = [];
    const hooks = { onRetry: ({ error }: sdk.RetryEvent) => void errors.push(error.message) };
    graph.fail((response) => {
      streaming(event(7))(response);
      let beats = 0;
      const timer = setInterval(() => {
        response.write(":\n\n");
        if (++beats === 6) response.write(event(8));
        if (beats === 7) clearInterval(timer);
      }, 100);
    }, neverAnswering);
    expect(await take(connect({ hooks }).revisions({ idleTimeoutMs: 500 }), 3)).toEqual([7, 8, 9]);
    const silent = "the stream was silent for 500 ms (NETWORK)";
    expect(errors).toEqual([silent, silent]);
  });

  it("survive events that arrive in pieces and several in one", async () => {
    const bytes = event(1) + event(2);
    graph.fail(streaming(bytes.slice(0, 25), bytes.slice(25)));
    expect(await take(connect().revisions(), 2)).toEqual([1, 2]);
  });

  it("end quietly with the signal, whether connected, connecting or waiting", async () => {
    const connected = new AbortController();
    scripts = [[1, undefined]];
    const seen = [];
    for await (const revision of connect().revisions({ signal: connected.signal })) {
      seen.push(revision);
      connected.abort();
    }
    const connecting = new AbortController();
    graph.fail(() => connecting.abort());
    for await (const revision of connect().revisions({ signal: connecting.signal })) seen.push(revision);
    const waiting = new AbortController();
    graph.fail(hangingUp);
    const slow = connect({
      retry: { baseDelayMs: 60_000 },
      hooks: { onRetry: () => setImmediate(() => waiting.abort()) },
    });
    for await (const revision of slow.revisions({ signal: waiting.signal })) seen.push(revision);
    for await (const revision of connect().revisions({ signal: AbortSignal.abort() })) seen.push(revision);
    expect(seen).toEqual([1]);
    for (const { signal } of [connected, connecting, waiting]) expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("close their connection when nobody reads them any more", async () => {
    scripts = [[1, 2, 3, undefined]];
    const closed = new Promise<void>((resolve) => graph.onStreamClosed(resolve));
    const { signal } = new AbortController();
    expect(await take(connect().revisions({ signal }), 1)).toEqual([1]);
    await closed;
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("give up when the hook says so", async () => {
    graph.fail(hangingUp);
    const reading = take(connect({ hooks: { onRetry: () => false } }).revisions(), 1);
    await expect(reading).rejects.toBeInstanceOf(sdk.NetworkError);
  });
});

describe("a subscription of one's own", () => {
  it("gives the data of each event, and ends when the server completes it", async () => {
    scripts = [[1, 2, null]];
    const seen = [];
    for await (const data of connect().subscribe("subscription { revisions }")) seen.push(data);
    expect(seen).toEqual([{ revisions: 1 }, { revisions: 2 }]);
  });

  it("is not a query", async () => {
    const reading = connect().subscribe("{ revision }").next();
    await expect(reading).rejects.toThrow("a query is not subscribed to: use client.request (USAGE)");
    expect([graph.streams, graph.requests]).toEqual([[], []]);
  });

  it("has another address if one is given", async () => {
    const seen: string[] = [];
    const fetch = async (url: RequestInfo | URL) => {
      seen.push(String(url));
      return new Response("", { status: 404 });
    };
    const failing = async (options: Partial<sdk.ClientOptions>) =>
      expect(
        connect({ fetch, ...options })
          .revisions()
          .next(),
      ).rejects.toBeInstanceOf(sdk.InvalidRequestError);
    await failing({ url: "https://host/graphql/" });
    await failing({ url: "https://host/graphql?x=1" });
    await failing({ streamUrl: "https://events.host/" });
    expect(seen).toEqual(["https://host/graphql/stream", "https://host/graphql/stream?x=1", "https://events.host/"]);
  });
});
