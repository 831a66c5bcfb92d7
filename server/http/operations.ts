import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from "@apollo/server";
import type { Request, RequestHandler, Response } from "express";
import type { GraphQLFormattedError } from "graphql";
import type { Caller } from "../access/caller.js";
import { withRequestId } from "./format-error.js";

/** Hands what a known caller sends to Apollo, and its answer back. */
export function operations(apollo: ApolloServer<Caller>, callerOf: (request: Request) => Caller): RequestHandler {
  return (request, response, next) => {
    const caller = callerOf(request);
    const { method, body } = request;
    const httpGraphQLRequest = { method, headers: headersOf(request), search: "", body };
    apollo
      .executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => caller })
      .then((answer) => send(response, answer, caller.request.requestId))
      .catch(next);
  };
}

function headersOf({ headers }: Request): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return map;
}

function send(response: Response, { status = 200, headers, body }: HTTPGraphQLResponse, requestId: string): void {
  if (body.kind !== "complete") throw new Error("No operation is answered in several parts.");
  for (const [name, value] of headers) response.setHeader(name, value);
  const text = status < 400 ? body.string : withRequestIds(body.string, requestId);
  const bytes = Buffer.from(text);
  response.writeHead(status, { "content-length": bytes.length });
  response.end(bytes);
}

/** Of a request that Apollo refuses before there is an operation, it does not tell whose it is when errors are formatted. */
function withRequestIds(answer: string, requestId: string): string {
  const { errors = [], ...rest } = JSON.parse(answer) as { readonly errors?: readonly GraphQLFormattedError[] };
  return JSON.stringify({ errors: errors.map((error) => withRequestId(error, requestId)), ...rest });
}
