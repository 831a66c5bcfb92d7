import {
  request as ask,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { atEnd } from "../support/at-end.js";
import { freePort } from "../support/ports.js";

/** An HTTP server that does what a real one cannot be made to do: hang, lie, or answer without end. */
export interface StandIn {
  readonly url: string;
  readonly port: number;
  /** What was asked of it: `GET /path?query`. */
  readonly requests: readonly string[];
  /** How many requests were broken off by the client. */
  readonly brokenOff: () => number;
  /** From now on answers with another function. */
  answerWith(answer: Answer): void;
  /** From now on takes no connection; those that idle are closed. */
  refuse(): void;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts one on loopback; it ends with the test, or the file (`atEnd`). */
export async function startStandIn(answer: Answer, tls?: { cert: string; key: string }): Promise<StandIn> {
  let current = answer;
  let brokenOff = 0;
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.once("close", () => {
      if (!response.writableEnded) brokenOff++;
    });
    current(request, response);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    freePort().then((port) => server.listen(port, "127.0.0.1", resolve), reject);
  });
  atEnd(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    requests,
    brokenOff: () => brokenOff,
    answerWith: (next) => {
      current = next;
    },
    refuse: () => {
      server.close();
      server.closeIdleConnections();
    },
  };
}

/** Answers with this value as JSON. */
export function json(value: unknown, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
}

/** Hands each request on to the server at this address, and its answer back. */
export function forward(url: string): Answer {
  return (request, response) => {
    const { method, headers } = request;
    const onward = ask(new URL(request.url ?? "/", url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.once("error", () => response.destroy());
    request.pipe(onward);
  };
}

/** Takes the request and never answers. */
export const hang: Answer = () => {};

/** The deadline that `faults` speak of: long enough for a busy machine, short enough to wait for. */
export const faultTimeoutMs = 1_500;

/** The faults that any server in front of an upstream can show, and what is said of each. */
export const faults: readonly { name: string; answer: Answer; says: string }[] = [
  { name: "hangs", answer: hang, says: `did not answer within ${faultTimeoutMs} ms.` },
  {
    name: "stops in the middle of its answer",
    answer: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("[");
    },
    says: `did not answer within ${faultTimeoutMs} ms.`,
  },
  { name: "answers 500", answer: json("boom", 500), says: "answered with status 500." },
  {
    name: "answers HTML",
    answer: (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome</html>");
    },
    says: "answered with text/html instead of JSON.",
  },
  {
    name: "says nothing of its type",
    answer: (_request, response) => {
      response.writeHead(200).end("[]");
    },
    says: "answered with no content type instead of JSON.",
  },
  {
    name: "redirects",
    answer: (_request, response) => {
      response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    },
    says: "answered with a redirect, which is not followed. Mend its URL.",
  },
  {
    name: "answers 100 MB",
    answer: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      let left = 100;
      const more = () => {
        while (left-- > 0) if (!response.write(Buffer.alloc(1024 * 1024, " "))) return;
        response.end("[]");
      };
      response.on("drain", more);
      more();
    },
    says: "answered with more than 1000000 bytes.",
  },
  {
    name: "breaks off its answer",
    answer: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write("[");
      setImmediate(() => response.destroy());
    },
    says: "closed the connection.",
  },
  {
    name: "answers with JSON that is cut short",
    answer: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('[{"a":');
    },
    says: "answered with JSON that is broken.",
  },
];
