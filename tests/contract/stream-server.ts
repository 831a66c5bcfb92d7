import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { GraphQLSchema } from "graphql";
import { Registry } from "prom-client";
import { Caller } from "../../server/access/caller.js";
import type { Principal } from "../../server/access/principal.js";
import { makeLog } from "../../server/core/log.js";
import { RateLimits } from "../../server/http/rate-limits.js";
import { subscriptionStream } from "../../server/http/stream.js";
import { StreamMetrics } from "../../server/http/stream-metrics.js";
import { settingsOf } from "../../server/settings.js";
import { atEnd } from "../support/at-end.js";

/** Our streams over a schema of the test's own, for callers that are named by their token. */
export interface StreamServer {
  /** As of the graph: `/stream` is added to it. */
  readonly url: string;
  readonly metrics: Registry;
}

/** Starts it; `rate` is of the settings. */
export async function startStreamServer(
  schema: GraphQLSchema,
  principals: Readonly<Record<string, Principal>>,
  rate: object = {},
): Promise<StreamServer> {
  const { limits } = settingsOf({ database: { type: "sqlite", file: "unused" }, limits: { rate } });
  const registry = new Registry();
  const app = express();
  const callers = new WeakMap<object, Caller>();
  app.post(
    "/graphql/stream",
    express.json(),
    (request, response, next) => {
      const hangUp = new AbortController();
      response.once("close", () => hangUp.abort());
      const principal = principals[request.headers.authorization?.replace("Bearer ", "") ?? ""] ?? null;
      const facts = { requestId: `of ${principal?.name}`, source: null, signal: hangUp.signal, idempotency: null };
      callers.set(request, new Caller(principal, facts));
      next();
    },
    subscriptionStream({
      schema,
      log: makeLog("silent"),
      callerOf: (request) => {
        const caller = callers.get(request);
        if (caller === undefined) throw new Error("Nobody asks.");
        return caller;
      },
      budget: new RateLimits(
        limits,
        () => {},
        () => new Date(),
      ),
      metrics: new StreamMetrics(registry),
    }),
  );
  const server = createServer(app);
  atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, metrics: registry };
}
