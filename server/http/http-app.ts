import { createServer, type Server } from "node:http";
import type { ApolloServer } from "@apollo/server";
import { expressMiddleware } from "@as-integrations/express5";
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import type { Authentication } from "../access/authentication.js";
import { Caller } from "../access/caller.js";
import { AppError, UnauthenticatedError } from "../core/errors.js";
import type { Log } from "../core/log.js";
import { callerOf, requestIdOf } from "./caller-of.js";
import { statusByCode } from "./format-error.js";
import { playground } from "./playground.js";

/** What the HTTP server serves. */
export interface HttpOptions {
  readonly authentication: Authentication;
  readonly log: Log;
  readonly bodyBytes: number;
  readonly playgroundAssets: string;
  /** Resolves when requests can be answered; its error says why not. */
  readonly ready: () => Promise<void>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

/** The express application before the GraphQL endpoint is mounted, and the server that listens for it. */
export interface HttpApp {
  readonly app: Express;
  readonly server: Server;
  /** The caller of a request that authentication has passed. */
  readonly callerOf: (request: Request) => Caller;
  /** Mounts the endpoint and the subscriptions, and what catches errors behind them. */
  readonly mount: (apollo: ApolloServer<Caller>, stream: RequestHandler) => void;
  /** Ends the open streams. */
  readonly endStreams: () => void;
}

/** Builds the HTTP side: health, metrics, playground, then authentication in front of GraphQL and subscriptions. */
export function httpApp(options: HttpOptions): HttpApp {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  const callers = new WeakMap<Request, Caller>();
  const streams = new Set<Response>();
  const known = (request: Request): Caller => {
    const caller = callers.get(request);
    if (!caller) throw new UnauthenticatedError();
    return caller;
  };

  app.get("/healthz", (_request, response) => void response.type("text/plain").send("ok\n"));
  app.get("/readyz", (_request, response) => {
    options.ready().then(
      () => response.type("text/plain").send("ready\n"),
      (error: unknown) =>
        response
          .status(503)
          .type("text/plain")
          .send(`not ready: ${error instanceof Error ? error.message : "unknown"}\n`),
    );
  });
  app.get("/metrics", (_request, response, next) => {
    options.metrics().then(({ contentType, body }) => response.type(contentType).send(body), next);
  });
  app.use(playground({ assetsDirectory: options.playgroundAssets }));

  const authenticate: RequestHandler = (request, response, next) => {
    const hangUp = new AbortController();
    response.once("close", () => hangUp.abort());
    const requestId = requestIdOf(request);
    response.setHeader("x-request-id", requestId);
    callerOf(request, request.body, options.authentication, requestId, hangUp.signal).then((caller) => {
      callers.set(request, caller);
      next();
    }, next);
  };
  const onlyPost: RequestHandler = (request, response, next) => {
    if (request.method === "POST" || request.method === "OPTIONS") return next();
    response
      .status(405)
      .setHeader("allow", "POST")
      .json(errorBody("METHOD_NOT_ALLOWED", "Send the operation by POST.", response));
  };
  const onlyUtf8: RequestHandler = (request, response, next) => {
    const charset = /;\s*charset="?([\w-]+)/i.exec(request.headers["content-type"] ?? "")?.[1]?.toLowerCase();
    if (charset === undefined || charset === "utf-8" || charset === "utf8") return next();
    response.status(415).json(errorBody("UNSUPPORTED_MEDIA_TYPE", "Send UTF-8.", response));
  };
  const json = express.json({ limit: options.bodyBytes, strict: false });

  return {
    app,
    server: createServer(app),
    callerOf: known,
    mount: (apollo, stream) => {
      const requireCaller: RequestHandler = (request, _response, next) => {
        void known(request).principal;
        next();
      };
      const track: RequestHandler = (_request, response, next) => {
        streams.add(response);
        response.once("close", () => streams.delete(response));
        next();
      };
      app.use("/graphql/stream", onlyPost, onlyUtf8, json, authenticate, requireCaller, track, stream);
      const graphql = expressMiddleware(apollo, { context: async ({ req }) => known(req as Request) });
      app.use("/graphql", onlyPost, onlyUtf8, json, authenticate, graphql as RequestHandler);
      app.use(
        (_request, response) =>
          void response
            .status(404)
            .json(errorBody("NOT_FOUND", "There is nothing here. The graph is at /graphql.", response)),
      );
      app.use(answerError(options.log));
    },
    endStreams: () => {
      for (const response of streams) response.end();
    },
  };
}

interface HttpError extends Error {
  readonly status?: number;
  readonly type?: string;
}

const bodyErrors: Readonly<Record<string, readonly [code: string, message: string]>> = {
  "entity.parse.failed": ["BAD_REQUEST", "The body is not valid JSON."],
  "entity.too.large": ["PAYLOAD_TOO_LARGE", "The body is too large."],
  "encoding.unsupported": ["UNSUPPORTED_MEDIA_TYPE", "The content encoding is not supported."],
  "charset.unsupported": ["UNSUPPORTED_MEDIA_TYPE", "Send UTF-8."],
};

/** The one place where an error outside an operation becomes an HTTP answer. */
function answerError(log: Log): ErrorRequestHandler {
  return (error: HttpError, _request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof AppError) {
      response.status(statusByCode[error.code] ?? (error.code === "UPSTREAM_UNAVAILABLE" ? 503 : 400));
      response.json(errorBody(error.code, error.message, response));
      return;
    }
    const status = error.status ?? 500;
    if (status >= 500) log.error({ err: error }, "A request failed");
    const [code, message] =
      bodyErrors[error.type ?? ""] ??
      (status < 500
        ? ["BAD_REQUEST", "The request cannot be read."]
        : ["INTERNAL_SERVER_ERROR", "Internal server error"]);
    response.status(status).json(errorBody(code, message, response));
  };
}

function errorBody(code: string, message: string, response: Response) {
  const requestId = response.getHeader("x-request-id");
  return { errors: [{ message, extensions: { code, ...(requestId === undefined ? {} : { requestId }) } }] };
}
