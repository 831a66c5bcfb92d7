import type { Request, RequestHandler, Response } from "express";
import { GraphQLError, type GraphQLSchema } from "graphql";
import type { Caller } from "../access/caller.js";
import { Breaks } from "../core/breaks.js";
import type { Log } from "../core/log.js";
import type { StreamingBudget } from "./cost.js";
import { refuse } from "./error-answer.js";
import { EventStream } from "./event-stream.js";
import { seenError } from "./format-error.js";
import { readRequest, readSubscription, type SubscriptionRequest } from "./read-subscription.js";
import { runSubscription } from "./run-subscription.js";
import { SharedMessages } from "./shared-messages.js";
import type { StreamMetrics } from "./stream-metrics.js";

/** What subscriptions need; `callerOf` was called before, its result is looked up by request. */
export interface StreamOptions {
  readonly schema: GraphQLSchema;
  readonly log: Log;
  readonly callerOf: (request: Request) => Caller;
  readonly budget: StreamingBudget<Caller>;
  readonly metrics: StreamMetrics;
}

/**
 * Subscriptions as server-sent events, one per request ("distinct connections mode" of the GraphQL over SSE protocol).
 * Apollo does not see them, so limits and errors are applied here. Queries and mutations are refused.
 */
export function subscriptionStream({ schema, log, callerOf, budget, metrics }: StreamOptions): RequestHandler {
  const messages = new SharedMessages();
  const breaks = new Breaks();
  const seen = (error: GraphQLError, { request: { requestId } }: Caller): GraphQLError => {
    const { formatted, unexpected } = seenError(error.toJSON(), error);
    if (unexpected !== null) log.error({ err: unexpected, requestId }, "A subscription failed");
    const { nodes, source, positions, path } = error;
    const extensions = { ...formatted.extensions, requestId };
    return new GraphQLError(formatted.message, { nodes, source, positions, path, extensions });
  };
  const answer = async (request: SubscriptionRequest, caller: Caller, response: Response): Promise<void> => {
    const subscription = readSubscription(schema, request, budget.limitOf(caller));
    if (Array.isArray(subscription)) {
      response.status(400).json({ errors: subscription.map((error) => seen(error, caller)) });
      return;
    }
    await budget.charge(caller, subscription.cost);
    const running = {
      ...{ schema, request, caller, messages, breaks, metrics, ...subscription },
      budget: budget.ofStream(caller, subscription.cost),
      seen: (error: GraphQLError) => seen(error, caller),
    };
    await runSubscription(running, new EventStream(response));
  };
  return (request, response, next) => {
    if (!request.is("application/json")) return refuse(response, 415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON.");
    if (!request.accepts("text/event-stream")) {
      return refuse(response, 406, "BAD_REQUEST", "Subscriptions are answered as text/event-stream only.");
    }
    const asked = readRequest(request.body);
    if (asked === null) {
      return refuse(response, 400, "BAD_REQUEST", "The body must be an object with a query, and variables if any.");
    }
    answer(asked, callerOf(request), response).catch(next);
  };
}
