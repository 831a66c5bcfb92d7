import type { Server } from "node:http";
import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import type { GraphQLSchema } from "graphql";
import type { Caller } from "../access/caller.js";
import type { Log } from "../core/log.js";
import { type Budget, costPlugin } from "./cost.js";
import { seenError, statusByCode, withRequestId } from "./format-error.js";
import type { KeptAnswers } from "./kept-answers.js";
import { documentLimits, limitRules } from "./limits.js";
import { strangersPlugin } from "./strangers.js";

/** What the GraphQL endpoint is made of. */
export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly httpServer: Server;
  readonly log: Log;
  readonly budget: Budget<Caller>;
  readonly kept: Pick<KeptAnswers, "plugin">;
  readonly shutdownMs: number;
  /** Ends what would keep the HTTP server from closing. */
  readonly drain: () => Promise<void>;
  readonly onOperation: (kind: string, seconds: number, failed: boolean) => void;
}

/** Makes the Apollo Server: POST only, no batching, no persisted queries, limits before execution, errors that tell nothing. */
export function graphqlServer(options: GraphqlOptions): ApolloServer<Caller> {
  const { schema, httpServer, log, shutdownMs } = options;
  // Apollo does not tell whose error it is that is formatted.
  const requestIds = new WeakMap<object, string>();
  return new ApolloServer<Caller>({
    schema,
    introspection: true,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    csrfPrevention: { requestHeaders: ["x-metricsinfra-client"] },
    parseOptions: { maxTokens: documentLimits.tokens },
    validationOptions: { maxErrors: documentLimits.errors },
    executionOptions: { maxCoercionErrors: documentLimits.errors },
    validationRules: [...limitRules],
    logger: apolloLog(log),
    formatError: (formatted, thrown) => {
      const { formatted: seen, unexpected } = seenError(formatted, thrown);
      const requestId = requestIds.get(Object(thrown));
      if (unexpected !== null) log.error({ err: unexpected, path: seen.path, requestId }, "An operation failed");
      return requestId === undefined ? seen : withRequestId(seen, requestId);
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer, stopGracePeriodMillis: shutdownMs }),
      { serverWillStart: async () => ({ drainServer: options.drain }) },
      {
        requestDidStart: async () => ({
          didEncounterErrors: async ({ errors, contextValue: { request } }) => {
            for (const error of errors) requestIds.set(error, request.requestId);
          },
        }),
      },
      strangersPlugin,
      costPlugin(options.budget),
      options.kept.plugin,
      answers(options.onOperation),
      {
        unexpectedErrorProcessingRequest: async ({ error, requestContext: { contextValue } }) =>
          log.error({ err: error, requestId: contextValue.request.requestId }, "A request failed"),
      },
    ],
  });
}

/** Apollo prints an error into one text, with the document that it is about and the values in it: they are cut off. */
function apolloLog(log: Log): ApolloServerOptions<Caller>["logger"] {
  return {
    debug: (message) => log.debug(message),
    info: (message) => log.info(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error(String(message).split(":", 1)[0]),
  };
}

/** Sets the statuses that the specification and our codes ask for, and counts. */
function answers(onOperation: GraphqlOptions["onOperation"]): ApolloServerPlugin<Caller> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async willSendResponse({ request, response, source, operation }) {
          if (response.body.kind !== "single") return;
          const result = response.body.singleResult;
          onOperation(
            operation?.operation ?? "invalid",
            (performance.now() - startedAt) / 1_000,
            result.errors !== undefined,
          );
          if (!result.errors) return;
          const { code = "", retryAfterSeconds } = result.errors[0]?.extensions ?? {};
          if (typeof retryAfterSeconds === "number") response.http.headers.set("retry-after", `${retryAfterSeconds}`);
          const status = "data" in result && result.data !== null ? undefined : statusByCode[String(code)];
          if (status !== undefined) response.http.status = status;
          else if (isSpecError(source, response.http.status, result, request.http?.headers.get("accept") ?? ""))
            response.http.status = 200;
        },
      };
    },
  };
}

/**
 * Under `application/json`, the GraphQL-over-HTTP specification would have 200 for a well-formed request whose document
 * is wrong; Apollo answers 400 (graphql-http audits 572B, FDE2, 7B9B).
 */
function isSpecError(source: string | undefined, status: number | undefined, result: object, accept: string): boolean {
  if (source === undefined || status !== 400 || "data" in result) return false;
  return /application\/json/.test(accept) && !/graphql-response\+json/.test(accept);
}
