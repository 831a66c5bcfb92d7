import { describe, expect, it } from "vitest";
import { RateWindow } from "../../server/http/rate-window.js";
import { sourceKeyOf } from "../../server/http/source-key.js";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import type { Answer } from "../support/post-graphql.js";
import { waitFor } from "../support/wait-for.js";

type Limits = NonNullable<TestSettings["limits"]>;

const start = async (limits: Limits, settings: TestSettings = {}) =>
  startApp(await createSqliteDatabase(), { ...settings, limits });
const id = { "x-request-id": "id" };
const seconds = expect.toSatisfy((value) => Number.isInteger(value) && value >= 1 && value <= 60, "1 to 60 seconds");

/** A refusal as it comes over HTTP, its `Retry-After` the same as in its body. */
function expectRefused({ status, headers, data, errors }: Answer, message: RegExp, details: object): void {
  expect({ status, data, errors }).toEqual({
    status: 429,
    data: undefined,
    errors: [
      {
        message: expect.stringMatching(message),
        extensions: { ...details, retryAfterSeconds: seconds, code: "RATE_LIMITED", requestId: "id" },
      },
    ],
  });
  expect(headers.get("retry-after")).toBe(String(errors?.[0]?.extensions.retryAfterSeconds));
}

const refusalsOf = async (app: TestApp) => {
  const text = await (await fetch(app.url.replace("/graphql", "/metrics"))).text();
  const found = text.matchAll(/^metricsinfra_rate_refusals_total\{rate="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, rate, count]) => [rate, Number(count)]));
};

describe("the limit on requests", () => {
  it("answers as many in a minute, then 429 until it is over, and another token and agents as before", async () => {
    const app = await start({ rate: { requestsPerMinute: 4, agentRequestsPerMinute: 6 } });
    const [one, other, agent] = [await app.token("READER"), await app.token("READER"), await app.token("AGENT")];
    const ask = (token: string) => app.graphql(token, "{ __typename }", {}, id);
    const drained = await Promise.all(Array.from({ length: 4 }, () => ask(one)));
    expect(drained.map(({ status, data }) => [status, data])).toEqual(Array(4).fill([200, { __typename: "Query" }]));
    for (let n = 0; n < 3; n++) {
      expectRefused(await ask(one), /^More than 4 requests a minute\. Wait \d+ s\.$/, { limit: 4 });
    }
    expect((await ask(other)).status).toBe(200);
    const statuses = await Promise.all(Array.from({ length: 7 }, async () => (await ask(agent)).status));
    expect(statuses.sort()).toEqual([200, 200, 200, 200, 200, 200, 429]);
    expect(await refusalsOf(app)).toEqual({ requests: 4, cost: 0, streams: 0, failed_sign_ins: 0, sign_ins: 0 });
  });

  it("counts strangers by their address, where the settings let them in", async () => {
    const listen = { host: "127.0.0.1", port: 0, trustedProxies: ["127.0.0.1"] };
    const app = await start({ rate: { requestsPerMinute: 2 } }, { listen, access: { anonymous: "VIEWER" } });
    const ask = async (address: string) =>
      (await app.graphql(null, "{ __typename }", {}, { "x-forwarded-for": address })).status;
    expect([await ask("192.0.2.1"), await ask("192.0.2.1"), await ask("192.0.2.1")]).toEqual([200, 200, 429]);
    expect([await ask("192.0.2.2"), await ask("2001:db8::1"), await ask("2001:db8::2")]).toEqual([200, 200, 200]);
    expect([await ask("2001:db8::3"), await ask("2001:db8:0:1::3")]).toEqual([429, 200]);
  });

  it("counts what is refused for another reason, and subscriptions", async () => {
    const app = await start({ rate: { requestsPerMinute: 3 } });
    const token = await app.token("OPERATOR");
    expect((await app.graphql(token, "{ nonsense }")).status).toBe(400);
    const stream = await open(app, token);
    expect((await app.graphql(token, "mutation { nonsense }")).status).toBe(400);
    expectRefused(await app.graphql(token, "{ __typename }", {}, id), /^More than 3 requests/, { limit: 3 });
    expectRefused(await stream.again(), /^More than 3 requests/, { limit: 3 });
    stream.close();
  });
});

describe("the limit on cost", () => {
  const limits = { operationCost: 100, rate: { costPerMinute: 100, agentCostPerMinute: 5_000_000 } };
  const page = (first: number) => `{ projects(first: ${first}) { nodes { id } } }`;

  it("is told with every answer, charges before execution, and refuses what is more than is left", async () => {
    const app = await start(limits);
    const [one, other] = [await app.token("READER"), await app.token("READER")];
    const costOf = async (token: string, first: number) => {
      const response = await fetch(app.url, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: page(first) }),
      });
      return ((await response.json()) as { extensions: { cost: object } }).extensions.cost;
    };
    const costs = (requested: number, remaining: number) => ({
      requested,
      limit: 100,
      perMinute: { limit: 100, remaining },
    });
    expect(await costOf(one, 59)).toEqual(costs(60, 40));
    const refused = () => app.graphql(one, page(40), {}, id);
    const statements = await app.statementsOf(async () => {
      const message = /^The operation costs 41, and 40 of 100 a minute are left\. Wait \d+ s, or ask for less\.$/;
      expectRefused(await refused(), message, { cost: 41, limit: 100, remaining: 40 });
      expectRefused(await refused(), message, { cost: 41, limit: 100, remaining: 40 });
    });
    expect(statements.filter((sql) => !sql.includes("api_token"))).toEqual([]);
    expect(await costOf(one, 29)).toEqual(costs(30, 10));
    expect((await app.graphql(one, page(100), {}, id)).errors?.[0]?.extensions).toMatchObject({ code: "COST_LIMIT" });
    expect(await costOf(one, 9)).toEqual(costs(10, 0));
    expect((await app.data(one, "{ __typename }")).__typename).toBe("Query");
    expect(await costOf(other, 99)).toEqual(costs(100, 0));
    expect(await refusalsOf(app)).toEqual({ requests: 0, cost: 2, streams: 0, failed_sign_ins: 0, sign_ins: 0 });
  });

  it("lets no more than all of it through from thirty requests at once", async () => {
    const app = await start(limits);
    const token = await app.token("READER");
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async () => (await app.graphql(token, page(9))).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  });

  it("is one of its own for agents, and is not touched by what cannot run", async () => {
    const app = await start(limits);
    const [agent, reader] = [await app.token("AGENT"), await app.token("READER")];
    for (let n = 0; n < 3; n++) expect((await app.graphql(agent, page(100))).status).toBe(200);
    const wrong = "query ($first: Int!) { projects(first: $first) { nodes { id } } }";
    for (let n = 0; n < 3; n++) expect((await app.graphql(reader, wrong)).status).toBe(400);
    expect((await app.graphql(reader, page(99))).status).toBe(200);
  });
});

describe("the limit on open streams", () => {
  it("holds for one token at a time, and ends with the streams", async () => {
    const app = await start({ rate: { openStreams: 2 } });
    const [one, other] = [await app.token("OPERATOR"), await app.token("OPERATOR")];
    const [first] = [await open(app, one), await open(app, one)];
    const message = /^2 streams are open, which is all that you may have at once\. Close one first\.$/;
    expectRefused(await first.again(), message, { limit: 2 });
    await open(app, other);
    expect((await app.graphql(one, "{ __typename }")).status).toBe(200);
    first.close();
    await waitFor(async () => (await first.again()).status === 200, { what: "a stream to be free" });
    expectRefused(await first.again(), message, { limit: 2 });
    expect((await refusalsOf(app)).streams).toBeGreaterThanOrEqual(2);
  });

  it("is not used up by subscriptions that are refused", async () => {
    const app = await start({ rate: { openStreams: 1 } });
    const token = await app.token("OPERATOR");
    for (let n = 0; n < 3; n++) expect((await subscribe(app, token, "subscription { nonsense }")).status).toBe(400);
    await open(app, token);
  });
});

describe("the limit on wrong credentials", () => {
  const listen = { host: "127.0.0.1", port: 0, trustedProxies: ["127.0.0.1"] };
  const from = (address: string) => ({ "x-forwarded-for": address, ...id });
  const wrong = () => `mi_${Math.random().toString(36).slice(2)}`;
  const message = /^Too many wrong credentials came from this address\. Wait \d+ s\.$/;

  it("refuses further ones unseen, lets in who was known, and leaves other addresses alone", async () => {
    const app = await start({ rate: { failedSignInsPerMinute: 3 } }, { listen });
    const [known, fresh] = [await app.token("READER"), await app.token("READER")];
    const ask = (token: string | null, address: string) => app.graphql(token, "{ __typename }", {}, from(address));
    expect((await ask(known, "192.0.2.7")).status).toBe(200);
    for (let n = 0; n < 3; n++) expect((await ask(wrong(), "192.0.2.1")).status).toBe(401);
    const statements = await app.statementsOf(async () => {
      for (const token of [wrong(), "not-even-ours", fresh]) {
        expectRefused(await ask(token, "192.0.2.1"), message, { limit: 3 });
      }
    });
    expect(statements).toEqual([]);
    expect((await ask(known, "192.0.2.1")).status).toBe(200);
    expect((await ask(fresh, "192.0.2.2")).status).toBe(200);
    expect((await ask(fresh, "192.0.2.1")).status).toBe(200);
    expect((await ask(null, "192.0.2.1")).status).toBe(401);
    expect(await refusalsOf(app)).toEqual({ requests: 0, cost: 0, streams: 0, failed_sign_ins: 3, sign_ins: 0 });
  });

  it("knows a token by itself, whatever cookie comes along", async () => {
    const app = await start({ rate: { failedSignInsPerMinute: 1 } }, { listen });
    const token = await app.token("READER");
    const ask = (bearer: string, cookie: string) =>
      app.graphql(bearer, "{ __typename }", {}, { ...from("192.0.2.1"), cookie: `__Host-session=${cookie}` });
    expect((await ask(token, "one")).status).toBe(200);
    expect((await ask(wrong(), "one")).status).toBe(401);
    expect([(await ask(token, "two")).status, (await ask(wrong(), "one")).status]).toEqual([200, 429]);
  });

  it("forgets who was known once their token is good no more", async () => {
    const app = await start({ rate: { failedSignInsPerMinute: 1 } }, { listen });
    const create = `mutation { apiTokenCreate(input: { name: "t", globalRole: READER }) { apiToken { id } secret } }`;
    const { apiToken, secret } = (await app.data(app.operator, create)).apiTokenCreate;
    const ask = () => app.graphql(secret, "{ __typename }", {}, from("192.0.2.1"));
    expect((await ask()).status).toBe(200);
    await app.data(app.operator, `mutation { apiTokenRevoke(id: "${apiToken.id}") { userErrors { code } } }`);
    expect((await ask()).status).toBe(401);
    expectRefused(await ask(), message, { limit: 1 });
  });

  it("counts for the sender as far as trusted proxies tell, and nobody else's header", async () => {
    const app = await start({ rate: { failedSignInsPerMinute: 2 } });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await app.graphql(wrong(), "{ a }", {}, from(`192.0.2.${n}`))).status);
    expect(statuses).toEqual([401, 401, 429, 429]);
  });

  it("counts for the proxy what a proxy says that is no address", async () => {
    const app = await start({ rate: { failedSignInsPerMinute: 2 } }, { listen });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) {
      const { status } = await app.graphql(wrong(), "{ a }", {}, from("x".repeat(100 + n)));
      statuses.push(status);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
  });

  it("counts IPv6 addresses by their /64, and IPv4 ones one by one however they are written", () => {
    expect(
      ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", "2001:db8:1:3::1", null, "x"].map(
        sourceKeyOf,
      ),
    ).toEqual([
      "192.0.2.1",
      "192.0.2.1",
      "2001:db8:1:2::/64",
      "2001:db8:1:2::/64",
      "2001:db8:1:3::/64",
      "unknown",
      "unknown",
    ]);
  });
});

describe("a window", () => {
  it("gives what is left or nothing, to each key its own, and all of it again when it has ended", async () => {
    const window = new RateWindow(5, 1);
    const take = async (key: string, points: number) => {
      const { granted, remaining } = await window.take(key, points);
      return [granted, remaining];
    };
    const seen = [await take("a", 3), await take("a", 3), await take("a", 2), await take("a", 1), await take("b", 5)];
    const looked = [(await window.look("a")).granted, (await window.look("c")).granted];
    expect(seen).toEqual([
      [true, 2],
      [false, 2],
      [true, 0],
      [false, 0],
      [true, 0],
    ]);
    expect(looked).toEqual([false, true]);
    await waitFor(async () => (await window.take("a", 5)).granted, { what: "the window to end" });
  });
});

const subscribe = (app: TestApp, token: string, query: string, signal?: AbortSignal) =>
  fetch(`${app.url}/stream`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      ...id,
    },
    body: JSON.stringify({ query }),
    ...(signal ? { signal } : {}),
  });

/** Opens a stream that stays open until it is closed. */
async function open(app: TestApp, token: string) {
  const hangUp = new AbortController();
  const response = await subscribe(app, token, "subscription { revisions }", hangUp.signal);
  expect(response.status).toBe(200);
  return {
    close: () => hangUp.abort(),
    /** Asks for another; its answer, when it is none. */
    again: async (): Promise<Answer> => {
      const { status, headers, body } = await subscribe(app, token, "subscription { revisions }");
      const text = status === 200 ? "{}" : await new Response(body).text();
      return { status, headers, ...JSON.parse(text) };
    },
  };
}
