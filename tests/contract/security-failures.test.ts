import { createServer } from "node:http";
import Sqlite from "better-sqlite3";
import { buildSchema, GraphQLError, Source } from "graphql";
import { expect, it } from "vitest";
import { makeLog } from "../../server/core/log.js";
import { graphqlServer } from "../../server/http/graphql.js";
import { hang, startStandIn } from "../clients/stand-in.js";
import { waitFor } from "../support/wait-for.js";
import { expectNothingLeaked, startRecordedApp } from "./recorded-app.js";

it("tells a failure inside as one and nothing else; its details go to the log, without values", async () => {
  const app = await startRecordedApp();
  const database = new Sqlite(app.database.file);
  database.exec("ALTER TABLE project RENAME COLUMN limit_tier TO gone");
  database.close();
  const query = "query ($names: [String!]) { projects(filter: { names: $names }) { nodes { id } } }";
  const { status, data, errors } = await app.ask(query, { names: ["hunter2"] });
  expect({ status, data, errors }).toEqual({
    status: 200,
    data: null,
    errors: [
      {
        message: "Internal server error",
        locations: [{ line: 1, column: 29 }],
        path: ["projects"],
        extensions: { code: "INTERNAL_SERVER_ERROR", requestId: "id" },
      },
    ],
  });
  expectNothingLeaked(app, /hunter2/);
  expect(app.logLines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40)).toEqual([
    {
      level: 50,
      time: expect.any(String),
      requestId: "id",
      path: ["projects"],
      err: {
        type: "QueryFailedError",
        code: "SQLITE_ERROR",
        statement: expect.stringMatching(/^SELECT /),
        stack: expect.stringMatching(/^\s+at /),
      },
      msg: "An operation failed",
    },
  ]);
});

it("takes a client that hangs up for no failure", async () => {
  const standIn = await startStandIn(hang);
  const app = await startRecordedApp({ prometheus: [{ name: "p1", url: standIn.url }] });
  const client = new AbortController();
  const answer = fetch(app.url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${app.operator}` },
    body: JSON.stringify({ query: "{ prometheusServers { name } }" }),
    signal: client.signal,
  }).catch(() => "hung up");
  await waitFor(() => standIn.requests.length === 1, { what: "Prometheus to be asked" });
  client.abort();
  expect(await answer).toBe("hung up");
  await waitFor(() => standIn.brokenOff() === 1, { what: "the request to be broken off" });
  await app.close();
  expect(app.logLines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40)).toEqual([]);
});

it("keeps the document out of the log when Apollo itself fails", async () => {
  const lines: string[] = [];
  const apollo = graphqlServer({
    schema: buildSchema("type Query { name: String }"),
    httpServer: createServer(),
    log: makeLog("debug", { write: (line) => lines.push(line) }),
    budget: { limitOf: () => 1, charge: async (_caller, cost) => cost, total: async (_caller, cost) => cost },
    kept: { plugin: {} },
    shutdownMs: 1,
    drain: async () => {},
    onOperation: () => {
      const source = new Source('{ name(secret: "hunter2") }');
      throw new GraphQLError("It failed: badly.", { source, positions: [2] });
    },
  });
  const contextValue = { principal: { kind: "API_TOKEN" }, request: { requestId: "id" } } as never; // All that is looked at before it fails.
  await expect(apollo.executeOperation({ query: "{ name }" }, { contextValue })).rejects.toThrow("Internal");
  await apollo.stop();
  expect(lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50)).toMatchObject([
    { requestId: "id", err: { type: "GraphQLError", message: "It failed: badly." }, msg: "A request failed" },
    { msg: "Unexpected error processing request" },
  ]);
  expect(lines.join("")).not.toContain("hunter2");
});
