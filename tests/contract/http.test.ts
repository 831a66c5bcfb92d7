import { gzipSync } from "node:zlib";
import { serverAudits } from "graphql-http";
import { beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { type RawAnswer, rawRequest } from "./raw-request.js";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(await createSqliteDatabase());
});

/** Sends a body as it is, with a token and as JSON unless `headers` say otherwise; undefined leaves a header out. */
function send(
  body: string | Buffer | object,
  headers: Record<string, string | undefined> = {},
  method = "POST",
  path = "",
) {
  const all = {
    authorization: `Bearer ${app.operator}`,
    "content-type": "application/json",
    "x-request-id": "id",
    ...headers,
  };
  const given = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return rawRequest(
    app.url + path,
    method,
    given,
    typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  );
}

const parsed = ({ status, text }: RawAnswer) => ({ status, body: JSON.parse(text) });

/** The whole answer to a request that made no operation: one error, whose message may be any. */
const refusal = (status: number, code: string) => ({
  status,
  body: { errors: [{ message: expect.stringMatching(/^[A-Z`'].{10,}/), extensions: { code, requestId: "id" } }] },
});

/** The whole answer to an operation that failed at one place. */
const failure = (status: number, code: string, rest: object = {}) => ({
  status,
  body: {
    errors: [{ message: expect.any(String), locations: [expect.any(Object)], extensions: { code, requestId: "id" } }],
    ...rest,
  },
});

const typename = { query: "{ __typename }" };
const perMinute = { limit: 1_000_000_000, remaining: expect.any(Number) };
const costless = { cost: { requested: 0, limit: 15_000, perMinute } };
const answered = { status: 200, body: { data: { __typename: "Query" }, extensions: costless } };

describe("the audits of GraphQL over HTTP", () => {
  const fetchFn = (url: string, init?: RequestInit) =>
    fetch(url, { ...init, headers: { ...init?.headers, authorization: `Bearer ${app.operator}` } });
  // The audits ask for the URL when they run, so that they can be named before the server is there.
  const audits = serverAudits({ url: () => app.url, fetchFn });
  /** What a server may do and this one does not: answer GET. */
  const declined = new Set(["5A70", "D6D5", "6A70"]);

  it("are all there", () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits)("$id: $name", async ({ id, fn }) => {
    const { status } = await fn();
    expect(status).toBe(declined.has(id) ? "notice" : "ok");
  });
});

describe("what is answered", () => {
  it("is JSON as the client prefers it", async () => {
    for (const [accept, type] of [
      [undefined, "application/json; charset=utf-8"],
      ["*/*", "application/json; charset=utf-8"],
      ["application/graphql-response+json", "application/graphql-response+json; charset=utf-8"],
      ["text/html;q=0.9, application/json;q=0.1", "application/json; charset=utf-8"],
    ] as const) {
      const answer = await send(typename, { accept });
      expect(parsed(answer)).toEqual(answered);
      expect(answer.headers["content-type"]).toBe(type);
    }
  });

  it("says to whom it belongs, is not stored, and is nothing but what it says", async () => {
    const { headers, text } = await send(typename);
    expect(headers).toEqual({
      "x-request-id": "id",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
      "content-length": String(Buffer.byteLength(text)),
      date: expect.any(String),
      connection: "close",
    });
  });

  it("has an id of its own when the client gives none that may stand in a log", async () => {
    for (const given of [undefined, "", "a b", "x".repeat(65), "a\u00fc"]) {
      const { headers } = await send(typename, { "x-request-id": given });
      expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    }
  });

  it("is 406 when the client takes no JSON", async () => {
    expect(parsed(await send(typename, { accept: "text/html" }))).toEqual(refusal(406, "BAD_REQUEST"));
  });
});

describe("how it is asked", () => {
  it.each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])("is not by %s", async (method) => {
    for (const query of [
      "",
      "?query={__typename}",
      "?query=mutation{__typename}",
      "?query={__typename}&query={__typename}",
    ]) {
      for (const type of [undefined, "text/plain", "application/json"]) {
        const headers = { "content-type": type, "x-metricsinfra-client": "test" };
        const answer = await send("", headers, method, query);
        expect(parsed(answer)).toEqual(refusal(405, "METHOD_NOT_ALLOWED"));
        expect(answer.headers.allow).toBe("POST");
      }
    }
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", undefined])(
    "is not as %s, which a foreign page could send",
    async (type) => {
      expect(parsed(await send(typename, { "content-type": type }))).toEqual(refusal(400, "BAD_REQUEST"));
    },
  );

  it("is not from a foreign page: no origin is allowed, before or after", async () => {
    const origin = "https://evil.example";
    const preflight = await send("", { origin, "access-control-request-method": "POST" }, "OPTIONS");
    const request = await send(typename, { origin });
    for (const { headers } of [preflight, request]) {
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
    }
  });

  it("is in UTF-8, compressed or not", async () => {
    for (const charset of ["utf-8", '"UTF-8"']) {
      const type = `application/json; charset=${charset}`;
      expect(parsed(await send(typename, { "content-type": type }))).toEqual(answered);
    }
    const gzip = gzipSync(JSON.stringify(typename));
    expect(parsed(await send(gzip, { "content-encoding": "gzip" }))).toEqual(answered);
    for (const charset of ["latin1", "utf-16", "utf-7", "utf8"]) {
      const type = `application/json; charset=${charset}`;
      expect(parsed(await send(typename, { "content-type": type }))).toEqual(refusal(415, "UNSUPPORTED_MEDIA_TYPE"));
    }
    expect(parsed(await send(gzip, { "content-encoding": "zstd" }))).toEqual(refusal(415, "UNSUPPORTED_MEDIA_TYPE"));
    expect(parsed(await send("no gzip", { "content-encoding": "gzip" }))).toEqual(refusal(400, "BAD_REQUEST"));
  });

  it("is in one body of at most 256 kB, counted when inflated", async () => {
    const sized = (bytes: number) => JSON.stringify(typename).padEnd(bytes);
    expect(parsed(await send(sized(256 * 1024)))).toEqual(answered);
    expect(parsed(await send(sized(256 * 1024 + 1)))).toEqual(refusal(413, "PAYLOAD_TOO_LARGE"));
    const bomb = gzipSync(sized(5_000_000));
    expect(bomb.length).toBeLessThan(10_000);
    expect(parsed(await send(bomb, { "content-encoding": "gzip" }))).toEqual(refusal(413, "PAYLOAD_TOO_LARGE"));
  });

  it.each(['{"query":', "", "{'query': 1}", "{}", "null", "1", '"{__typename}"', "[]"])(
    "is as a JSON object with a query, not %s",
    async (body) => {
      expect(parsed(await send(body))).toEqual(refusal(400, "BAD_REQUEST"));
    },
  );

  it.each([
    { query: {} },
    { query: ["{ __typename }"] },
    { query: "" },
    { ...typename, variables: "{}" },
    { ...typename, variables: [] },
    { ...typename, operationName: {} },
    { ...typename, extensions: "x" },
  ])("is with parts of the right type, not %j", async (body) => {
    expect(parsed(await send(body))).toEqual(refusal(400, "BAD_REQUEST"));
  });

  it("is one operation at a time", async () => {
    expect(parsed(await send([typename, typename]))).toEqual(refusal(400, "BAD_REQUEST"));
    const two = "query A { __typename } query B { __typename }";
    expect(parsed(await send({ query: two }))).toEqual(refusal(400, "OPERATION_RESOLUTION_FAILURE"));
    expect(parsed(await send({ query: two, operationName: "C" }))).toEqual(
      refusal(400, "OPERATION_RESOLUTION_FAILURE"),
    );
    expect(parsed(await send({ query: two, operationName: "B" }))).toEqual(answered);
  });

  it("is with the whole document, never with a hash of it", async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: "x" } };
    for (const body of [{ extensions }, { ...typename, extensions }, { extensions }]) {
      expect(parsed(await send(body))).toEqual({
        status: 200,
        body: {
          errors: [
            {
              message: "PersistedQueryNotSupported",
              extensions: { code: "PERSISTED_QUERY_NOT_SUPPORTED", requestId: "id" },
            },
          ],
        },
      });
    }
  });

  it("is at /graphql and nowhere else", async () => {
    for (const path of ["/nothing", "x"])
      expect(parsed(await send(typename, {}, "POST", path))).toEqual(refusal(404, "NOT_FOUND"));
  });

  it("is with an idempotency key that may stand in a log, if any", async () => {
    for (const key of ["", "a b", "x".repeat(65)]) {
      expect(parsed(await send(typename, { "idempotency-key": key }))).toEqual(refusal(400, "BAD_USER_INPUT"));
    }
  });
});

describe("what is asked", () => {
  const accept = "application/graphql-response+json";

  it("parses", async () => {
    expect(parsed(await send({ query: "{" }))).toEqual(failure(400, "GRAPHQL_PARSE_FAILED"));
    expect(parsed(await send({ query: "{" }, { accept }))).toEqual(failure(400, "GRAPHQL_PARSE_FAILED"));
  });

  it("is in the schema", async () => {
    expect(parsed(await send({ query: "{ nope }" }))).toEqual(failure(400, "GRAPHQL_VALIDATION_FAILED"));
    expect(parsed(await send({ query: "{ nope }" }, { accept }))).toEqual(failure(400, "GRAPHQL_VALIDATION_FAILED"));
  });

  it.each(["x", 3_000_000_000, 1.5, null, [1], { a: 1 }])("has variables of their type, not %j", async (first) => {
    const query = "query ($first: Int!) { projects(first: $first) { totalCount } }";
    expect(parsed(await send({ query, variables: { first } }))).toEqual(
      failure(400, "BAD_USER_INPUT", { extensions: costless }),
    );
  });

  it.each([
    "subscription { revisions }",
    "subscription ($a: Boolean!) { revisions @include(if: $a) }",
    'subscription { revisions @skip(if: "hunter2") }',
    "query A { __typename } subscription B { revisions }",
  ])("is no subscription, which is streamed elsewhere: %s", async (query) => {
    expect(parsed(await send({ query, operationName: query.includes("A {") ? "A" : undefined }))).toEqual(
      refusal(400, "BAD_REQUEST"),
    );
  });

  it("may hold the word", async () => {
    expect(parsed(await send({ query: "# no subscription\n{ __typename }" }))).toEqual(answered);
    expect(parsed(await send({ query: "{ subscription" }))).toEqual(failure(400, "GRAPHQL_PARSE_FAILED"));
  });
});
