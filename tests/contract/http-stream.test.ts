import { beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { subscribe } from "../support/subscriber.js";
import { waitFor } from "../support/wait-for.js";
import { type RawAnswer, rawRequest } from "./raw-request.js";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(await createSqliteDatabase());
});

const subscription = { query: "subscription { revisions }" };

function send(body: string | object, headers: Record<string, string | undefined> = {}, method = "POST") {
  const all = {
    authorization: `Bearer ${app.operator}`,
    "content-type": "application/json",
    accept: "text/event-stream",
    "x-request-id": "id",
    ...headers,
  };
  const given = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return rawRequest(`${app.url}/stream`, method, given, typeof body === "string" ? body : JSON.stringify(body));
}

const parsed = ({ status, text }: RawAnswer) => ({ status, body: JSON.parse(text) });

const refusal = (status: number, code: string, rest: object = {}) => ({
  status,
  body: { errors: [{ message: expect.any(String), ...rest, extensions: { code, requestId: "id" } }] },
});
const failure = (code: string) => refusal(400, code, { locations: [expect.any(Object)] });

/** Opens a stream and reads its events until `count` of them came; the client hangs up then. */
async function events(count: number, accept = "text/event-stream", body: object = subscription): Promise<string[]> {
  const hangUp = new AbortController();
  const response = await fetch(`${app.url}/stream`, {
    method: "POST",
    headers: { authorization: `Bearer ${app.operator}`, "content-type": "application/json", accept },
    body: JSON.stringify(body),
    signal: hangUp.signal,
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  const seen: string[] = [];
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk);
      const parts = text.split("\n\n");
      text = parts.pop() ?? "";
      seen.push(...parts.filter((part) => part.startsWith("event:")));
      if (seen.length >= count) break;
    }
  } finally {
    hangUp.abort();
  }
  return seen;
}

describe("the stream of a subscription", () => {
  it.each(["text/event-stream", "*/*", "application/json;q=0.5, text/event-stream"])(
    "is opened for %s",
    async (accept) => {
      expect(await events(1, accept)).toEqual([
        expect.stringMatching(/^event: next\ndata: \{"data":\{"revisions":\d+\}\}$/),
      ]);
    },
  );

  it("is for callers only", async () => {
    for (const authorization of [undefined, "Bearer unknown", "Basic YTpi"]) {
      const answer = await send(subscription, { authorization });
      expect(parsed(answer)).toEqual(refusal(401, "UNAUTHENTICATED"));
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
    }
  });

  it.each(["GET", "PUT", "DELETE", "OPTIONS"])("is not opened by %s, which would reserve one", async (method) => {
    expect(parsed(await send("", { "x-graphql-event-stream-token": "t" }, method))).toEqual(
      refusal(405, "METHOD_NOT_ALLOWED"),
    );
  });

  it("is asked for as JSON and answered as events", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", undefined]) {
      expect(parsed(await send(subscription, { "content-type": type }))).toEqual(
        refusal(415, "UNSUPPORTED_MEDIA_TYPE"),
      );
    }
    const token = { "x-graphql-event-stream-token": "t" };
    expect(parsed(await send(subscription, { accept: "application/json", ...token }))).toEqual(
      refusal(406, "BAD_REQUEST"),
    );
  });

  it.each([
    '{"query":',
    "",
    "null",
    "[]",
    "{}",
    '{"query":{}}',
    '{"query":"{a}","variables":[]}',
    '{"query":"{a}","operationName":1}',
  ])("is not opened for %s", async (body) => {
    expect(parsed(await send(body))).toEqual(refusal(400, "BAD_REQUEST"));
  });

  it("is for subscriptions only", async () => {
    for (const query of [
      "{ viewer { name } }",
      "mutation { __typename }",
      "query A { __typename } subscription B { revisions }",
    ]) {
      expect(parsed(await send({ query, operationName: query.includes("A") ? "A" : undefined }))).toEqual(
        refusal(400, "BAD_REQUEST"),
      );
    }
  });

  it("holds documents to the limits that queries have", async () => {
    expect(parsed(await send({ query: "subscription {" }))).toEqual(failure("GRAPHQL_PARSE_FAILED"));
    const long = `subscription { ${"revisions ".repeat(1000)} }`;
    expect(parsed(await send({ query: long }))).toEqual(failure("GRAPHQL_PARSE_FAILED"));
    const aliases = Array.from({ length: 31 }, (_, index) => `a${index}: revisions`).join(" ");
    const { status, body } = parsed(await send({ query: `subscription { ${aliases} }` }));
    expect([status, ...body.errors.map(({ message }: { message: string }) => message)]).toEqual([
      400,
      "Anonymous Subscription must select only one top level field.",
      "The operation selects 31 root fields; the limit is 20.",
      "The document has 31 aliases; the limit is 30.",
    ]);
    expect(parsed(await send({ query: "subscription { revision }" }))).toEqual({
      status: 400,
      body: {
        errors: [
          {
            message: 'Cannot query field "revision" on type "Subscription".',
            locations: [{ line: 1, column: 16 }],
            extensions: { code: "GRAPHQL_VALIDATION_FAILED", requestId: "id" },
          },
        ],
      },
    });
  });

  it("takes no directive at the root of the subscription, and no wrong variables", async () => {
    const query = "subscription ($a: Boolean!) { revisions @include(if: $a) }";
    expect(parsed(await send({ query, variables: { a: true } }))).toEqual(failure("GRAPHQL_VALIDATION_FAILED"));
    const named =
      "subscription ($a: Boolean!) { revisions ...F @include(if: $a) } fragment F on Subscription { __typename }";
    expect(parsed(await send({ query: named, variables: { a: true } }))).toEqual(failure("GRAPHQL_VALIDATION_FAILED"));
  });

  it("ends when the server closes, which does not wait for it", async () => {
    const other = await startApp(await createSqliteDatabase());
    const stream = await subscribe(other.url, other.operator, subscription.query);
    expect(await stream.first(1)).toEqual([{ data: { revisions: 0 } }]);
    await other.close();
    await waitFor(() => stream.isEnded, { what: "the stream to end" });
  });
});
