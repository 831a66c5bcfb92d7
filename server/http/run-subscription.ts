import { createHash } from "node:crypto";
import { createSourceEventStream, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from "graphql";
import type { Caller } from "../access/caller.js";
import { rightsKey } from "../access/rights-key.js";
import type { Breaks } from "../core/breaks.js";
import { CostLimitError } from "../core/errors.js";
import type { WeighedEvent } from "../graph/streams.js";
import type { StreamBudget } from "./cost.js";
import { completeMessage, type EventStream, nextMessage } from "./event-stream.js";
import { impersonal } from "./impersonal-caller.js";
import { type ReadSubscription, rootFieldOf, type SubscriptionRequest } from "./read-subscription.js";
import type { Executed, SharedMessages } from "./shared-messages.js";
import type { StreamMetrics } from "./stream-metrics.js";

/** A subscription that was read and charged. */
export interface RunningSubscription extends ReadSubscription {
  readonly schema: GraphQLSchema;
  readonly request: SubscriptionRequest;
  readonly caller: Caller;
  readonly budget: StreamBudget<Caller>;
  readonly messages: SharedMessages;
  readonly breaks: Breaks;
  readonly metrics: StreamMetrics;
  /** An error as the caller may see it. */
  readonly seen: (error: GraphQLError) => GraphQLError;
}

/** So much is held for a client that does not read. */
const mostMessageBytes = 8 * 1024 * 1024;

/**
 * Sends the events of a subscription until they end, the client leaves or the answer is ended by somebody else; in that
 * case it is not completed. An event is asked for only when the client has taken the one before.
 */
export async function runSubscription(subscription: RunningSubscription, stream: EventStream): Promise<void> {
  const { schema, document, request, caller, budget, cost, messages, metrics, seen } = subscription;
  const { variables: variableValues, operationName } = request;
  const source = await createSourceEventStream({
    ...{ schema, document, variableValues, operationName },
    contextValue: caller,
  });
  stream.open();
  const field = rootFieldOf(subscription);
  const leaving = [metrics.onOpen(field), messages.enter()];
  try {
    if (!isStream(source)) return await stream.send(nextMessage(masked(source, seen)));
    const key = keyOf(subscription);
    for await (const event of source) {
      const { message, isShared } = await messageOf(event, key, subscription);
      await stream.send(message);
      if (stream.isOver) return;
      metrics.onSent(field, isShared);
      if (cost.requested > 0) await budget.whenAffordable();
    }
  } catch (error) {
    await stream.send(nextMessage({ errors: [seen(asGraphQLError(error))] }));
  } finally {
    for (const leave of leaving) leave();
    await stream.send(completeMessage);
    stream.end();
  }
}

/** Two with the same key get the same of the same event: the documents are the same, the variables and the rights. */
function keyOf({ request: { query, operationName, variables }, caller }: RunningSubscription): string {
  const text = JSON.stringify([rightsKey(caller.principal), query, operationName, variables]);
  return createHash("sha256").update(text).digest("base64");
}

async function messageOf(event: unknown, key: string, subscription: RunningSubscription) {
  const executed = () => executeEvent(event, subscription);
  if (typeof event !== "object" || event === null) return { message: (await executed()).message, isShared: false };
  return subscription.messages.of(event, key, executed);
}

async function executeEvent(event: unknown, subscription: RunningSubscription): Promise<Executed> {
  const { schema, document, request, caller, budget, breaks, cost, seen } = subscription;
  let isForAll = true;
  // Each event is an operation by itself: what was loaded for the one before may be different now.
  const contextValue = impersonal(caller, () => {
    isForAll = false;
  });
  budget.limitEvent(contextValue);
  budget.spend(Math.min(cost.requested, 1) + weightOf(event) * Math.max(cost.requested - 1, 0));
  const { variables: variableValues, operationName } = request;
  // What happens is due to very many at once.
  await breaks.take();
  const result = await execute({ schema, document, rootValue: event, contextValue, variableValues, operationName });
  if (result.errors) isForAll = false; // they carry the id of one request
  const message = Buffer.from(nextMessage(masked(result, seen)));
  if (message.length > mostMessageBytes) throw tooLarge();
  return { message, isForAll };
}

function tooLarge(): CostLimitError {
  const message = `The operation is too expensive. One event would take more than ${mostMessageBytes / 1024 / 1024} MB. Ask for fewer fields.`;
  return new CostLimitError(message, {});
}

function weightOf(event: unknown): number {
  const { weight }: Partial<WeighedEvent> = Object(event);
  return weight ?? 0;
}

function masked(result: ExecutionResult, seen: (error: GraphQLError) => GraphQLError): ExecutionResult {
  return result.errors ? { ...result, errors: result.errors.map(seen) } : result;
}

function isStream(source: AsyncIterable<unknown> | ExecutionResult): source is AsyncIterable<unknown> {
  return Symbol.asyncIterator in source;
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
