import type { Fetcher } from "@graphiql/toolkit";
import { type DocumentNode, getOperationAST, parse } from "graphql";
import { createClient, NetworkError, type RequestParams } from "graphql-sse";
import { post, readAnswer, requestHeaders, streamEndpoint } from "./request.js";

const tokenNeeded = {
  errors: [
    {
      message: "The graph needs a valid API token: enter one at the top of the page.",
      extensions: { code: "UNAUTHENTICATED" },
    },
  ],
};

/** Sends GraphiQL's operations with the token; without one nothing is sent, and the answer says what is missing. */
export function createFetcher(token: string | undefined): Fetcher {
  if (!token) return () => tokenNeeded;
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
    return operation?.operation === "subscription" ? stream(request, headers) : post(request, headers);
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

async function* stream(request: RequestParams, headers: Record<string, string>) {
  const client = createClient({ url: streamEndpoint, headers, retryAttempts: 0 });
  try {
    yield* client.iterate(request);
  } catch (error) {
    // The reason is in the body of the answer, which the client leaves unread.
    if (error instanceof NetworkError && error.response instanceof Response) yield await readAnswer(error.response);
    else throw error;
  } finally {
    client.dispose();
  }
}
