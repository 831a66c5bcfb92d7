import type { Request, RequestHandler, Response } from "express";
import { GraphQLError, type GraphQLSchema, getOperationAST, parse, specifiedRules, validate } from "graphql";
import type { Response as SseResponse } from "graphql-sse";
import { createHandler } from "graphql-sse/lib/use/express";
import type { Caller } from "../access/caller.js";
import type { Log } from "../core/log.js";
import { seenError } from "./format-error.js";
import { documentLimits, limitRules } from "./limits.js";

/** What subscriptions need; `callerOf` was called before, its result is looked up by request. */
export interface StreamOptions {
  readonly schema: GraphQLSchema;
  readonly log: Log;
  readonly callerOf: (request: Request) => Caller;
}

/**
 * Subscriptions as server-sent events, one per request ("distinct connections mode" of the GraphQL over SSE protocol).
 * Apollo does not see them, so limits and errors are applied here. Queries and mutations are refused.
 */
export function subscriptionStream({ schema, log, callerOf }: StreamOptions): RequestHandler {
  const hide = (error: GraphQLError): GraphQLError => {
    const { formatted, unexpected } = seenError(error.toJSON(), error);
    if (unexpected !== null) log.error({ err: unexpected }, "A subscription failed");
    return new GraphQLError(formatted.message, {
      nodes: error.nodes ?? null,
      extensions: formatted.extensions ?? null,
    });
  };
  const handler = createHandler({
    schema,
    authenticate: () => undefined, // single connection mode, which would keep reservations, is off
    onSubscribe: (request, { query, variables, operationName }) => {
      const refused = (errors: readonly GraphQLError[]): SseResponse => [
        JSON.stringify({ errors: errors.map(hide) }),
        { status: 400, statusText: "Bad Request", headers: { "content-type": "application/json; charset=utf-8" } },
      ];
      try {
        const document = parse(query, { maxTokens: documentLimits.tokens });
        const invalid = validate(schema, document, [...specifiedRules, ...limitRules], {
          maxErrors: documentLimits.errors,
        });
        if (invalid.length > 0) return refused(invalid);
        if (getOperationAST(document, operationName)?.operation !== "subscription")
          return refused([onlySubscriptions()]);
        const contextValue = callerOf(request.raw) as Caller & Record<PropertyKey, unknown>; // the library would have an index signature
        return {
          schema,
          document,
          contextValue,
          ...(variables ? { variableValues: variables } : {}),
          ...(operationName ? { operationName } : {}),
        };
      } catch (error) {
        if (error instanceof GraphQLError) return refused([error]);
        throw error;
      }
    },
    onNext: (_context, _request, result) =>
      result.errors ? { ...result, errors: result.errors.map(hide) } : undefined,
  });
  return (request: Request, response: Response, next) => {
    delete request.headers["x-graphql-event-stream-token"];
    handler(request, response).catch(next);
  };
}

function onlySubscriptions(): GraphQLError {
  return new GraphQLError("Only subscriptions are answered here. Send queries and mutations to /graphql.", {
    extensions: { code: "BAD_REQUEST" },
  });
}
