import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from "@apollo/server";
import type { Request, RequestHandler, Response } from "express";
import type { GraphQLFormattedError } from "graphql";
import type { Caller } from "../access/caller.js";
import { withRequestId } from "./format-error.js";
import type { KeptAnswers } from "./kept-answers.js";

/** Hands what a known caller sends to Apollo, and its answer back, where that is not kept from the last one who asked. */
export function operations(
  apollo: ApolloServer<Caller>,
  kept: KeptAnswers,
  known: (request: Request) => { readonly caller: Caller; readonly text: string },
): RequestHandler {
  const answer = async (request: Request, response: Response) => {
    const { caller, text } = known(request);
    const { method, body } = request;
    const found = await kept.find(caller, request.headers.accept ?? "", text);
    if (found !== null) {
      response.setHeader("content-type", found.contentType);
      return sendBytes(response, 200, found.body);
    }
    const httpGraphQLRequest = { method, headers: headersOf(request), search: "", body };
    const answered = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => caller });
    kept.keep(caller, answered);
    send(response, answered, caller.request.requestId);
  };
  return (request, response, next) => {
    answer(request, response).catch(next);
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
  sendBytes(response, status, [Buffer.from(status < 400 ? body.string : withRequestIds(body.string, requestId))]);
}

/** Sends the pieces and their length at once. */
function sendBytes(response: Response, status: number, pieces: readonly Buffer[]): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  response.cork();
  response.writeHead(status, { "content-length": length });
  for (const piece of pieces) response.write(piece);
  response.end();
}

/** Of a request that Apollo refuses before there is an operation, it does not tell whose it is when errors are formatted. */
function withRequestIds(answer: string, requestId: string): string {
  const { errors = [], ...rest } = JSON.parse(answer) as { readonly errors?: readonly GraphQLFormattedError[] };
  return JSON.stringify({ errors: errors.map((error) => withRequestId(error, requestId)), ...rest });
}
