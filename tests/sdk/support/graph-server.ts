import { readFileSync } from "node:fs";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { buildSchema, type ExecutionArgs, GraphQLError, graphql, subscribe } from "graphql";
import { createHandler } from "graphql-sse/lib/use/http";
import { atEnd } from "../../support/at-end.js";
import { freePort } from "../../support/ports.js";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

type Fault = (response: ServerResponse, request: IncomingMessage) => void;
type Resolver = (args: never, request: SeenRequest) => unknown;

/**
 * An HTTP server that speaks the graph over the printed schema, with resolvers of the test, and shows faults on demand that
 * the real server cannot be made to show.
 */
export class GraphServer {
  static readonly #schema = buildSchema(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"), {
    assumeValid: true,
  });

  readonly requests: SeenRequest[] = [];
  readonly streams: IncomingHttpHeaders[] = [];
  readonly #faults: Fault[] = [];
  readonly #resolvers: Record<string, Resolver>;
  readonly #responses = new Set<ServerResponse>();
  #onStreamClosed = () => {};
  readonly #server: Server;
  url = "";

  private constructor(resolvers: Record<string, Resolver>) {
    this.#resolvers = resolvers;
    const stream = createHandler({
      schema: GraphServer.#schema,
      authenticate: () => undefined,
      subscribe: (args) => subscribe({ ...(args as ExecutionArgs), rootValue: resolvers }),
    });
    this.#server = createServer((request, response) => {
      this.#responses.add(response);
      response.once("close", () => this.#responses.delete(response));
      const isStream = request.url === "/graphql/stream";
      if (isStream) {
        this.streams.push(request.headers);
        response.once("close", () => this.#onStreamClosed());
      }
      const fault = this.#faults.shift();
      if (fault) request.resume().once("end", () => fault(response, request));
      else if (isStream) void stream(request, response);
      else void this.#answer(request, response);
    });
  }

  /** Listens on a free port until the end of the test, or the file (`atEnd`). Resolvers are those of the roots, by the name of the field. */
  static async start(resolvers: Record<string, Resolver> = {}): Promise<GraphServer> {
    const graph = new GraphServer(resolvers);
    const port = await freePort();
    await new Promise<void>((resolve) => graph.#server.listen(port, "127.0.0.1", resolve));
    graph.url = `http://127.0.0.1:${port}/graphql`;
    atEnd(() => graph.close());
    return graph;
  }

  /** Lets the next requests, one each, fail in these ways. */
  fail(...faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  /** Forgets what it saw and how it was to fail. */
  reset(): void {
    for (const list of [this.requests, this.streams, this.#faults]) list.length = 0;
  }

  /** Tells of the end of each stream from now on. */
  onStreamClosed(listener: () => void): void {
    this.#onStreamClosed = listener;
  }

  /** Breaks every connection that is open, once what was written to it is sent. */
  breakConnections(): void {
    for (const { socket } of this.#responses) socket?.destroySoon();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const seen = { headers: request.headers, query, variables: variables ?? {} };
    this.requests.push(seen);
    const result = await graphql({
      schema: GraphServer.#schema,
      source: query,
      variableValues: variables,
      rootValue: this.#resolvers,
      contextValue: seen,
    });
    const body = { ...result, errors: result.errors?.map((error) => new GraphQLError(error.message, error).toJSON()) };
    response.setHeader("x-request-id", `req-${this.requests.length}`);
    sendJson(response, "data" in result ? 200 : 400, body);
  }
}

/** A fault: an answer with this status and JSON body. */
export function answering(status: number, body: unknown, headers: Record<string, string> = {}): Fault {
  return (response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    sendJson(response, status, body);
  };
}

/** A fault: a GraphQL error with this code. */
export function refusing(status: number, code: string, headers: Record<string, string> = {}): Fault {
  return answering(status, { errors: [{ message: `This is ${code}.`, extensions: { code } }] }, headers);
}

/** A fault: a page of HTML, as of a proxy. */
export function answeringHtml(status: number): Fault {
  return (response) => {
    response.writeHead(status, { "content-type": "text/html" }).end("<html><body>Bad gateway</body></html>");
  };
}

/** A fault: the connection breaks without an answer. */
export const hangingUp: Fault = (response) => void response.destroy();

/** A fault: no answer ever comes. */
export const neverAnswering: Fault = () => {};

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/graphql-response+json; charset=utf-8" });
  response.end(JSON.stringify(body));
}
