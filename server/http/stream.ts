import type { Request, RequestHandler } from "express";
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import type { RequestParams } from "graphql-sse";
import { createHandler } from "graphql-sse/lib/use/express";
import type { Caller } from "../access/caller.js";
import type { Log } from "../core/log.js";
import { type Budget, type Cost, priceOperation } from "./cost.js";
import { refuse } from "./error-answer.js";
import { seenError } from "./format-error.js";
import { documentLimits, limitRules } from "./limits.js";

/** What subscriptions need; `callerOf` was called before, its result is looked up by request. */
export interface StreamOptions {
  readonly schema: GraphQLSchema;
  readonly log: Log;
  readonly callerOf: (request: Request) => Caller;
  readonly budget: Budget<Caller>;
}

/**
 * Subscriptions as server-sent events, one per request ("distinct connections mode" of the GraphQL over SSE protocol).
 * Apollo does not see them, so limits and errors are applied here. Queries and mutations are refused.
 */
export function subscriptionStream({ schema, log, callerOf, budget }: StreamOptions): RequestHandler {
  const seen = (error: GraphQLError, { request: { requestId } }: Caller): GraphQLError => {
    const { formatted, unexpected } = seenError(error.toJSON(), error);
    if (unexpected !== null) log.error({ err: unexpected, requestId }, "A subscription failed");
    const { nodes, source, positions, path } = error;
    const extensions = { ...formatted.extensions, requestId };
    return new GraphQLError(formatted.message, { nodes, source, positions, path, extensions });
  };
  const handler = createHandler({
    schema,
    authenticate: () => undefined, // single connection mode, which would keep reservations, is off
    onSubscribe: async ({ raw }, params) => {
      const caller = callerOf(raw);
      const read = readSubscription(schema, params, budget.limitOf(caller));
      if (Array.isArray(read)) {
        const errors = read.map((error) => seen(error, caller));
        return [JSON.stringify({ errors }), { status: 400, statusText: "Bad Request", headers: json }];
      }
      const { document, cost } = read;
      await budget.charge(caller, cost);
      const contextValue = caller as Caller & Record<PropertyKey, unknown>; // the library would have an index signature
      const { variables: variableValues, operationName } = params;
      return { schema, document, contextValue, variableValues, operationName };
    },
    onNext: (_context, { raw }, result) =>
      result.errors ? { ...result, errors: result.errors.map((error) => seen(error, callerOf(raw))) } : undefined,
  });
  return (request, response, next) => {
    if (!request.is("application/json")) return refuse(response, 415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON.");
    if (!request.accepts("text/event-stream")) {
      return refuse(response, 406, "BAD_REQUEST", "Subscriptions are answered as text/event-stream only.");
    }
    if (!isRequest(request.body)) {
      return refuse(response, 400, "BAD_REQUEST", "The body must be an object with a query, and variables if any.");
    }
    request.headers.accept = "text/event-stream"; // the library wants it literally
    handler(request, response).catch(next);
  };
}

const json = { "content-type": "application/json; charset=utf-8" };

function isRequest(body: unknown): boolean {
  const { query, variables = null, operationName = null } = Object(body);
  const isObject = typeof variables === "object" && !Array.isArray(variables);
  return typeof query === "string" && isObject && (operationName === null || typeof operationName === "string");
}

/** The document of a subscription that may run and what it costs, or why it may not. */
function readSubscription(
  schema: GraphQLSchema,
  { query, operationName, variables }: RequestParams,
  limit: number,
): { readonly document: DocumentNode; readonly cost: Cost } | GraphQLError[] {
  try {
    const document = parse(query, { maxTokens: documentLimits.tokens });
    const invalid = mistakesIn(document, schema);
    if (invalid.length > 0) return invalid.map((error) => coded(error, "GRAPHQL_VALIDATION_FAILED"));
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== "subscription") return [onlySubscriptions()];
    return { document, cost: priceOperation({ schema, document, operation, variables, limit }) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [error.extensions.code === undefined ? coded(error, "GRAPHQL_PARSE_FAILED") : error];
  }
}

/** What is wrong with a document. A directive at the root of a subscription makes graphql-js throw instead of telling. */
function mistakesIn(document: DocumentNode, schema: GraphQLSchema): readonly GraphQLError[] {
  try {
    return validate(schema, document, [...specifiedRules, ...limitRules], { maxErrors: documentLimits.errors });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function coded({ message, nodes, source, positions, originalError }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, originalError, extensions: { code } });
}

function onlySubscriptions(): GraphQLError {
  return new GraphQLError("Only subscriptions are answered here. Send queries and mutations to /graphql.", {
    extensions: { code: "BAD_REQUEST" },
  });
}
