import type { Fetcher } from "@graphiql/toolkit";
import { type DocumentNode, getOperationAST, parse } from "graphql";
import { createClient, NetworkError, type RequestParams } from "graphql-sse";
import { type GraphqlAnswer, post, readAnswer, requestHeaders, streamEndpoint } from "./request.js";

const tokenNeeded = {
  errors: [
    {
      message: "The graph needs a valid API token, or a session: see the top of the page.",
      extensions: { code: "UNAUTHENTICATED" },
    },
  ],
};

/**
 * Sends GraphiQL's operations with the token, or, where that is null, with the browser's session; while there is neither
 * nothing is sent, and the answer says what is missing. `onRefused` is told when the server no longer knows who asks.
 */
export function createFetcher(token: string | null | undefined, onRefused: () => void): Fetcher {
  if (token === undefined) return () => tokenNeeded;
  const watched = (answer: GraphqlAnswer) => {
    if (answer.errors?.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED")) onRefused();
    return answer;
  };
  return ({ query, operationName, variables }, { headers: typed } = {}) => {
    const headers = { ...requestHeaders(token), ...typed };
    const document = parsed(query);
    // Just after a change of tabs GraphiQL still gives the operation of the tab before.
    const operation = document && (getOperationAST(document, operationName) ?? getOperationAST(document));
    const request = {
      query,
      operationName: operation ? operation.name?.value : (operationName ?? undefined),
      variables,
    };
    if (operation?.operation === "subscription") return stream(request, headers, watched);
    return post(request, headers).then(watched);
  };
}

/** Nothing for a query that does not parse: the server says what is wrong with it. */
function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

async function* stream(
  request: RequestParams,
  headers: Record<string, string>,
  watched: (answer: GraphqlAnswer) => GraphqlAnswer,
) {
  const client = createClient({ url: streamEndpoint, headers, retryAttempts: 0 });
  try {
    yield* client.iterate(request);
  } catch (error) {
    // The reason is in the body of the answer, which the client leaves unread.
    if (error instanceof NetworkError && error.response instanceof Response)
      yield watched(await readAnswer(error.response));
    else throw error;
  } finally {
    client.dispose();
  }
}
