import type { RequestHandler } from "express";
import { Kind, parse } from "graphql";
import { refuse } from "./error-answer.js";
import { documentLimits } from "./limits.js";

/**
 * Refuses documents with subscriptions by POST: Apollo would answer them with `null`, or fail on a directive at their
 * root, which graphql-js evaluates while it validates and without variables. They are streamed elsewhere.
 */
export const refuseSubscriptions: RequestHandler = (request, response, next) => {
  const query: unknown = request.body?.query;
  if (typeof query !== "string" || !/\bsubscription\b/.test(query) || !hasSubscription(query)) return next();
  refuse(response, 400, "BAD_REQUEST", "Subscriptions are answered at /graphql/stream, as server-sent events.");
};

function hasSubscription(query: string): boolean {
  try {
    const { definitions } = parse(query, { maxTokens: documentLimits.tokens, noLocation: true });
    return definitions.some(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION && definition.operation === "subscription",
    );
  } catch {
    return false; // What is wrong with the document is Apollo's to say.
  }
}
