import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { parse } from "graphql";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { version } from "../../sdk/generated/version.js";
import * as sdk from "../../sdk/index.js";
import { freePort } from "../support/ports.js";
import { answering, answeringHtml, GraphServer, hangingUp, neverAnswering, refusing } from "./support/graph-server.js";

const quick = { baseDelayMs: 1, maxDelayMs: 2 };
const viewer = { kind: "API_TOKEN", name: "ann", globalRole: null, everyProjectRole: null, memberships: [] };
const project = { id: "prj_1", name: "shop" };

let graph: GraphServer;
const connect = (options: Partial<sdk.ClientOptions> = {}) =>
  sdk.createClient({ url: graph.url, token: "s3cret-token", retry: quick, ...options });
const failureOf = (promise: Promise<unknown>): Promise<sdk.MetricsinfraError> =>
  promise.then(
    () => expect.fail("it did not fail"),
    (error) => error,
  );

beforeAll(async () => {
  graph = await GraphServer.start({
    viewer: () => viewer,
    revision: () => 7,
    node: () => null,
    silenceExpire: () => ({ silence: null, userErrors: [] }),
    projectCreate: () => ({ project: null, diff: [], revision: null, userErrors: [] }),
    projects: () => {
      throw new Error("broken");
    },
  });
});
beforeEach(() => graph.reset());

describe("a request", () => {
  it("gives the data, and says who is asking", async () => {
    expect(await connect().viewer()).toEqual(viewer);
    const [{ headers, variables } = expect.fail()] = graph.requests;
    expect([headers.authorization, headers["x-metricsinfra-client"], headers["user-agent"], variables]).toEqual([
      "Bearer s3cret-token",
      `metricsinfra-sdk/${version}`,
      `metricsinfra-sdk/${version}`,
      {},
    ]);
    expect([headers["idempotency-key"], headers["content-type"]]).toEqual([undefined, "application/json"]);
  });

  it("names the program and carries its headers, of which those of the call come last", async () => {
    const app = { name: "backup", version: "1.2" };
    const client = connect({ app, headers: { "x-proxy": "client", "x-other": "1", authorization: "Basic no" } });
    await client.viewer({ headers: { "x-proxy": "call", "x-metricsinfra-client": "forged/1" } });
    expect(graph.requests[0]?.headers).toMatchObject({
      "x-metricsinfra-client": "backup/1.2",
      "user-agent": `backup/1.2 metricsinfra-sdk/${version}`,
      "x-proxy": "call",
      "x-other": "1",
      authorization: "Bearer s3cret-token",
    });
  });

  it("asks for the token each time", async () => {
    let count = 0;
    const client = connect({ token: async () => `token-${++count}` });
    await client.viewer();
    graph.fail(refusing(503, "UPSTREAM_UNAVAILABLE"));
    await client.viewer();
    expect(graph.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-3"]);
  });

  it("carries a token of Keystone instead, asked for each time too", async () => {
    let count = 0;
    const options = { url: graph.url, retry: false } as const;
    for (const keystoneToken of ["fixed", async () => `keystone-${++count}`]) {
      const client = sdk.createClient({ ...options, keystoneToken });
      for (let time = 0; time < 2; time++) await client.viewer();
    }
    expect(graph.requests.map(({ headers }) => [headers["x-auth-token"], headers.authorization])).toEqual(
      ["fixed", "fixed", "keystone-1", "keystone-2"].map((token) => [token, undefined]),
    );
    expect(() => sdk.createClient({ ...options, token: "a", keystoneToken: "b" })).toThrow(
      'createClient: give "token" or "keystoneToken": the server would look at one of them only (USAGE)',
    );
  });

  it("goes without a token if there is none", async () => {
    await sdk.createClient({ url: new URL(graph.url) }).viewer();
    expect(graph.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("takes documents as text, as typed text and as a tree, and names them in hooks", async () => {
    const names: (string | undefined)[] = [];
    const client = connect({ hooks: { onRequest: ({ operationName }) => void names.push(operationName) } });
    const typed = new sdk.TypedDocumentString<{ revision: number }, Record<string, never>>(
      "query A { revision }",
      "query",
      "A",
    );
    expect([
      await client.request("query B { revision }"),
      await client.request("{ revision }"),
      await client.request(typed),
      await client.request(parse("query C { revision }")),
    ]).toEqual([{ revision: 7 }, { revision: 7 }, { revision: 7 }, { revision: 7 }]);
    expect(names).toEqual(["B", undefined, "A", "C"]);
  });

  it("refuses a subscription, which would get no answer", async () => {
    const error = await failureOf(connect().request("subscription { revisions }"));
    expect([error.constructor, error.message, graph.requests]).toEqual([
      sdk.InvalidRequestError,
      "a subscription is not sent as a request: use client.subscribe (USAGE)",
      [],
    ]);
  });

  it("rejects when the answer has errors, and names the request", async () => {
    const error = await failureOf(connect().request("query X($a: Int!) { nothing(a: $a) }", { a: 1 }));
    expect([error.status, error.requestId, error.errors.length]).toEqual([400, "req-1", 1]);
    expect(error.message).toContain('Cannot query field "nothing" on type "Query".');
  });
});

describe("raw", () => {
  it("gives data, errors, headers and status, whatever they are", async () => {
    const { data, errors, status, headers } = await connect().raw("{ viewer { name } projects { totalCount } }");
    expect([data, errors.map(({ message, path }) => ({ message, path })), status, headers.get("x-request-id")]).toEqual(
      [null, [{ message: "broken", path: ["projects"] }], 200, "req-1"],
    );
    graph.fail(answering(401, { errors: [{ message: "Who?", extensions: { code: "UNAUTHENTICATED" } }] }));
    expect(await connect().raw("{ revision }")).toMatchObject({
      data: null,
      status: 401,
      errors: [{ message: "Who?" }],
    });
  });

  it("rejects when there is no GraphQL answer", async () => {
    graph.fail(answeringHtml(404));
    expect(await failureOf(connect().raw("{ revision }"))).toBeInstanceOf(sdk.InvalidRequestError);
  });
});

describe("retries", () => {
  it.each([
    ["a gateway's page of HTML", answeringHtml(502)],
    ["an upstream that is away", refusing(200, "UPSTREAM_UNAVAILABLE")],
    ["a rate limit", refusing(429, "RATE_LIMITED", { "retry-after": "0" })],
    ["a connection that breaks", hangingUp],
  ])("a query after %s", async (_name, fault) => {
    graph.fail(fault, fault);
    expect(await connect().revision()).toBe(7);
  });

  it("a mutation under one idempotency key, made anew for each call", async () => {
    const client = connect();
    for (let call = 0; call < 2; call++) {
      graph.fail(hangingUp);
      await client.projects.create({ name: "x" }, { dryRun: true });
    }
    const keys = graph.requests.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(keys[0]).not.toBe(keys[1]);
    await client.projects.create({ name: "x" }, { dryRun: true, idempotencyKey: "mine" });
    expect(graph.requests[2]?.headers["idempotency-key"]).toBe("mine");
  });

  it("sends the same key with every try", async () => {
    const keys: (string | null)[] = [];
    const client = connect({
      fetch: (url, init) => {
        keys.push(new Headers(init?.headers).get("idempotency-key"));
        return fetch(url, init);
      },
    });
    graph.fail(answeringHtml(503), hangingUp);
    await client.projects.create({ name: "x" }, { dryRun: true });
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ["an internal error", refusing(500, "INTERNAL_SERVER_ERROR"), sdk.ServerError],
    ["a forbidden field", refusing(200, "FORBIDDEN"), sdk.ForbiddenError],
    ["a wrong token", refusing(401, "UNAUTHENTICATED"), sdk.AuthenticationError],
    ["a page of HTML that claims to be good", answeringHtml(200), sdk.ServerError],
    ["JSON that is no GraphQL answer", answering(200, { hello: "world" }), sdk.ServerError],
    ["data that is null for no reason", answering(200, { data: null }), sdk.ServerError],
    ["a redirect", answering(302, {}, { location: "/elsewhere" }), sdk.InvalidRequestError],
  ])("nothing after %s", async (_name, fault, ErrorClass) => {
    graph.fail(fault);
    expect((await failureOf(connect().revision())).constructor).toBe(ErrorClass);
    expect(graph.requests).toEqual([]);
  });

  it("gives up after two, with the last error", async () => {
    graph.fail(hangingUp, answeringHtml(502), answeringHtml(503));
    const error = await failureOf(connect().revision());
    expect([error.constructor, error.status, graph.requests]).toEqual([sdk.ServerError, 503, []]);
  });

  it("can be turned off, for a client, for a call, and by the hook", async () => {
    const never = () => expect.fail("it was retried");
    graph.fail(answeringHtml(503), answeringHtml(503), answeringHtml(503));
    await failureOf(connect({ retry: false, hooks: { onRetry: never } }).revision());
    await failureOf(connect({ hooks: { onRetry: never } }).revision({ retry: false }));
    await failureOf(connect({ hooks: { onRetry: () => false } }).revision());
    expect(await connect().revision()).toBe(7);
  });

  it("are told to the hooks, which never see variables", async () => {
    const events: unknown[] = [];
    const hooks: sdk.ClientHooks = {
      onRequest: (event) => events.push(["request", event]),
      onResponse: ({ durationMs, ...event }) => events.push(["response", event, durationMs >= 0]),
      onRetry: ({ error, delayMs, ...event }) => events.push(["retry", event, error.code, delayMs]),
    };
    graph.fail(refusing(429, "RATE_LIMITED", { "retry-after": "0.01", "x-request-id": "r" }));
    await connect({ hooks, retry: { baseDelayMs: 0 } }).projects.get("prj_s3cret");
    const event = { operation: "query", operationName: "GetProject" };
    expect(events).toEqual([
      ["request", { ...event, attempt: 0 }],
      ["response", { ...event, attempt: 0, status: 429, requestId: "r", cost: undefined }, true],
      ["retry", { ...event, attempt: 0 }, "RATE_LIMITED", 10],
      ["request", { ...event, attempt: 1 }],
      ["response", { ...event, attempt: 1, status: 200, requestId: "req-1", cost: undefined }, true],
    ]);
  });
});

describe("time", () => {
  it("ends a call that gets no answer, whatever hangs", async () => {
    graph.fail(neverAnswering);
    const error = await failureOf(connect().revision({ timeoutMs: 50 }));
    expect([error.constructor, error.message]).toEqual([sdk.TimeoutError, "no answer within 50 ms (TIMEOUT)"]);
    const hangingToken = connect({ token: () => new Promise(() => {}), timeoutMs: 20 });
    expect(await failureOf(hangingToken.revision())).toBeInstanceOf(sdk.TimeoutError);
    const hangingBody = connect({
      fetch: async () => new Response(new ReadableStream(), { status: 200 }),
      timeoutMs: 20,
    });
    expect(await failureOf(hangingBody.revision())).toBeInstanceOf(sdk.TimeoutError);
  });

  it("is one limit over all tries, and the last failure is the cause", async () => {
    graph.fail(hangingUp, neverAnswering);
    const error = await failureOf(connect().revision({ timeoutMs: 100 }));
    expect([error.constructor, error.cause]).toEqual([sdk.TimeoutError, expect.any(sdk.NetworkError)]);
  });

  it("is not spent on a wait that would outlast it", async () => {
    graph.fail(refusing(429, "RATE_LIMITED", { "retry-after": "3600" }));
    const error = await failureOf(connect().revision());
    expect([error.constructor, error.retryAfterMs]).toEqual([sdk.RateLimitError, 3_600_000]);
  });

  it("ends with the caller's signal, and its reason, in a request and between two", async () => {
    const inRequest = new AbortController();
    graph.fail(() => inRequest.abort("enough"));
    await expect(connect().revision({ signal: inRequest.signal })).rejects.toBe("enough");
    const between = new AbortController();
    graph.fail(refusing(429, "RATE_LIMITED", { "retry-after": "10" }));
    const onRetry = () => void setImmediate(() => between.abort("stop"));
    await expect(connect({ hooks: { onRetry } }).revision({ signal: between.signal })).rejects.toBe("stop");
    await expect(connect().revision({ signal: AbortSignal.abort("before") })).rejects.toBe("before");
    expect(graph.requests).toEqual([]);
  });

  it("leaves no listener on a signal that outlives the call", async () => {
    const { signal } = new AbortController();
    await connect().revision({ signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("what must not leak", () => {
  it("no error shows the token or the variables", async () => {
    const client = connect();
    const secret = { name: "s3cret-name", contacts: [], project: project.id };
    graph.fail(answeringHtml(500), refusing(500, "INTERNAL_SERVER_ERROR"), answering(400, {}), answeringHtml(200));
    const errors = [];
    for (let i = 0; i < 4; i++) errors.push(await failureOf(client.contactGroups.create(secret, { retry: false })));
    errors.push(await failureOf(client.request("mutation ($a: Int) { projectCreate(input: $a) }", { a: "s3cret" })));
    errors.push(
      await failureOf(sdk.createClient({ url: "http://127.0.0.1:9/graphql", token: "s3cret", retry: false }).viewer()),
    );
    for (const error of errors) expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("s3cret");
  });

  it.each(["", "two words", "line\nend", "tab\t", "ünïcode"])(
    "a token that cannot be one is refused unquoted: %j",
    async (token) => {
      const broken = `s3cret${token}`;
      for (const refused of [token === "" ? "" : broken, token]) {
        expect(() => connect({ token: refused })).toThrow(/^the token (is empty|holds a space)/);
        const late = await failureOf(connect({ token: () => refused }).viewer());
        expect([late.code, inspect(late).includes("s3cret")]).toEqual(["USAGE", false]);
        const ofKeystone = () => sdk.createClient({ url: graph.url, keystoneToken: refused });
        expect(ofKeystone).toThrow(/^the token (is empty: ask Keystone|holds a space)/);
      }
    },
  );

  it("a header that cannot be one is refused unquoted", async () => {
    const error = await failureOf(connect({ headers: { "x-key": "s3cret\n" + "x" } }).viewer());
    expect([error.message, inspect(error).includes("s3cret")]).toEqual([
      'the header "x-key" holds a character that HTTP does not allow (USAGE)',
      false,
    ]);
  });
});

describe("no answer", () => {
  it("says from which host, and why, but not from which address", async () => {
    const port = await freePort();
    const client = sdk.createClient({ url: `http://127.0.0.1:${port}/s3cret/graphql?key=s3cret`, retry: false });
    const error = await failureOf(client.viewer());
    expect([error.constructor, error.message, error.retryable]).toEqual([
      sdk.NetworkError,
      `no answer from http://127.0.0.1:${port}: ECONNREFUSED (NETWORK)`,
      true,
    ]);
  });
});

describe("createClient", () => {
  it.each(["", "graph", "/graphql", "ftp://host/graphql", "https://user:s3cret@host/graphql"])(
    "refuses the address %j",
    (url) => {
      expect(() => sdk.createClient({ url })).toThrow(
        /^createClient: "url" must be an absolute http or https address without a user, such as https:\/\/host\/graphql \(USAGE\)$/,
      );
    },
  );

  it("refuses a program's name that cannot stand in a header", () => {
    expect(() => connect({ app: { name: "my app", version: "1" } })).toThrow(/^createClient: "app" must have a name/);
    expect(() => connect({ streamUrl: "x" })).toThrow(/^createClient: "streamUrl" must be/);
  });
});
