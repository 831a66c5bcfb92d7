import { createServer, type IncomingMessage, type Server } from "node:http";
import type { ApolloServer } from "@apollo/server";
import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import type { Authentication } from "../access/authentication.js";
import type { Caller, RequestFacts } from "../access/caller.js";
import { AppError, UnauthenticatedError } from "../core/errors.js";
import type { Log } from "../core/log.js";
import type { RequestHashes } from "../secrets/request-hashes.js";
import { callerOf, type KnownRequest, requestIdOf } from "./caller-of.js";
import { answerError, refuse } from "./error-answer.js";
import type { KeptAnswers } from "./kept-answers.js";
import { operations } from "./operations.js";
import { playground } from "./playground.js";
import type { RateLimits } from "./rate-limits.js";
import { refuseSubscriptions } from "./refuse-subscriptions.js";
import { runbooks } from "./runbooks.js";
import type { SignInGuard } from "./sign-in-guard.js";
import { watchCredentials } from "./watch-credentials.js";

/** What the HTTP server serves. */
export interface HttpOptions {
  readonly authentication: Authentication;
  readonly guard: SignInGuard;
  readonly rates: RateLimits;
  readonly kept: KeptAnswers;
  readonly log: Log;
  /** Hashes the body of a request that carries an idempotency key. */
  readonly hashesOf: (text: string) => RequestHashes;
  readonly bodyBytes: number;
  /** Addresses and networks (CIDR) whose `X-Forwarded-For` tells where a request came from. */
  readonly trustedProxies: readonly string[];
  readonly playgroundAssets: string;
  /** The routes below `/auth`. */
  readonly signIn: RequestHandler;
  /** Resolves when requests can be answered; its error says why not. */
  readonly ready: () => Promise<void>;
  /** Told of each request that is refused because it proves nothing about who makes it. */
  readonly onStranger: (facts: RequestFacts) => void;
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

/** Why work is broken off; made once, as every request ends with it. */
const closed = new DOMException("The connection was closed.", "AbortError");

/** What a proxy says of who asks, it says once, when the stream is opened: now and then the client has to come back. */
const proxyStreamMs = 600_000;

/** Builds the HTTP side: health, metrics, playground, then authentication in front of GraphQL and subscriptions. */
export function httpApp(options: HttpOptions): HttpApp {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("trust proxy", [...options.trustedProxies]);
  const requests = new WeakMap<Request, KnownRequest>();
  const streams = new Set<Response>();
  const known = (request: Request): KnownRequest => {
    const found = requests.get(request);
    if (!found) throw new UnauthenticatedError();
    return found;
  };

  app.use((request, response, next) => {
    response.setHeader("x-request-id", requestIdOf(request));
    response.setHeader("x-content-type-options", "nosniff");
    next();
  });
  const pages = express.Router();
  pages.get("/healthz", (_request, response) => void response.type("text/plain").send("ok\n"));
  pages.get("/readyz", (_request, response) => {
    options.ready().then(
      () => response.type("text/plain").send("ready\n"),
      (error: unknown) => {
        // What a driver says may hold users and addresses; anybody may ask.
        const reason = error instanceof AppError ? error.message : "the log says why";
        if (!(error instanceof AppError)) options.log.error({ err: error }, "Not ready");
        response.status(503).type("text/plain").send(`not ready: ${reason}\n`);
      },
    );
  });
  pages.get("/metrics", (_request, response, next) => {
    options.metrics().then(({ contentType, body }) => response.type(contentType).send(body), next);
  });
  pages.use(playground({ assetsDirectory: options.playgroundAssets }));
  pages.use(runbooks());
  pages.use(options.signIn);
  // Operations are what is asked all day: they need not pass what none of them is for.
  app.use((request, response, next) => {
    if (request.method === "POST" && request.url === "/graphql") next();
    else pages(request, response, next);
  });

  const authenticate: RequestHandler = (request, response, next) => {
    const hangUp = new AbortController();
    response.once("close", () => hangUp.abort(closed));
    const requestId = String(response.getHeader("x-request-id"));
    callerOf(request, options.guard, requestId, hangUp.signal, options.hashesOf).then((found) => {
      requests.set(request, found);
      next();
    }, next);
  };
  const onlyPost: RequestHandler = (request, response, next) => {
    response.setHeader("cache-control", "no-store");
    if (request.method === "POST") return next();
    response.setHeader("allow", "POST");
    refuse(response, 405, "METHOD_NOT_ALLOWED", "Send the operation by POST.");
  };
  const onlyUtf8: RequestHandler = (request, response, next) => {
    const charset = /;\s*charset="?([\w-]+)/i.exec(request.headers["content-type"] ?? "")?.[1]?.toLowerCase();
    if (charset === undefined || charset === "utf-8" || charset === "utf8") return next();
    refuse(response, 415, "UNSUPPORTED_MEDIA_TYPE", "Send UTF-8.");
  };
  const bodies = new WeakMap<IncomingMessage, string>();
  const json = express.json({
    limit: options.bodyBytes,
    strict: false,
    verify: (request, _response, bytes) => void bodies.set(request, bytes.toString()),
  });

  return {
    app,
    // A request that takes longer to arrive is one that means to hold the connection.
    server: createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, app),
    callerOf: (request) => known(request).caller,
    mount: (apollo, stream) => {
      // Strangers get nothing, not even what is wrong with their document: that would tell what the schema holds.
      const requireCaller: RequestHandler = (request, _response, next) => {
        const { caller } = known(request);
        if (caller.maybePrincipal === null) options.onStranger(caller.request);
        void caller.principal;
        next();
      };
      const countRequest: RequestHandler = (request, _response, next) => {
        options.rates.request(known(request).caller).then(() => next(), next);
      };
      const track: RequestHandler = (request, response, next) => {
        if (response.closed) return; // whoever asked hung up while we found out who it was
        const { caller, credentials } = known(request);
        response.once("close", options.rates.openStream(caller));
        streams.add(response);
        response.once("close", () => streams.delete(response));
        const { principal, request: facts } = caller;
        const told = { requestId: facts.requestId, actor: principal.id };
        watchCredentials(response, {
          mostMs: principal.kind === "PROXY_HEADER" ? proxyStreamMs : undefined,
          stillProves: () => options.authentication.stillProves(credentials, principal),
          onEnd: () => options.log.info(told, "A stream ended with the credentials that opened it"),
          onUnknown: (error) => options.log.warn({ ...told, err: error }, "A stream's credentials cannot be checked"),
        });
        next();
      };
      app.all("/graphql/stream", onlyPost, onlyUtf8, json, authenticate, requireCaller, countRequest, track, stream);
      app.all(
        "/graphql",
        onlyPost,
        onlyUtf8,
        json,
        authenticate,
        requireCaller,
        countRequest,
        refuseSubscriptions,
        operations(apollo, options.kept, (request) => {
          return { caller: known(request).caller, text: bodies.get(request) ?? "" };
        }),
      );
      app.use((_request, response) =>
        refuse(response, 404, "NOT_FOUND", "There is nothing here. The graph is at /graphql."),
      );
      app.use(answerError(options.log));
    },
    endStreams: () => {
      for (const response of streams) response.end();
    },
  };
}
