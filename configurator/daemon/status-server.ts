import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";

/** What the status server tells. */
export interface StatusParts {
  readonly registry: Registry;
  /** Why the agent is not ready; undefined when it is. */
  readonly notReady: () => string | undefined;
}

/** Serves /metrics, /healthz (the process lives) and /readyz (the last cycle went well) until it is closed. */
export class StatusServer {
  readonly #server: Server;

  constructor({ registry, notReady }: StatusParts) {
    this.#server = createServer((request, response) => {
      const answer = (status: number, text: string, type = "text/plain; charset=utf-8") => {
        response.writeHead(status, { "content-type": type }).end(request.method === "HEAD" ? undefined : text);
      };
      if (request.method !== "GET" && request.method !== "HEAD") return answer(405, "Only GET is answered.\n");
      switch (request.url) {
        case "/healthz":
          return answer(200, "ok\n");
        case "/readyz": {
          const reason = notReady();
          return reason === undefined ? answer(200, "ready\n") : answer(503, `${reason}\n`);
        }
        case "/metrics":
          registry.metrics().then(
            (text) => answer(200, text, registry.contentType),
            (error: unknown) => answer(500, `${String(error)}\n`),
          );
          return;
        default:
          return answer(404, "There is /metrics, /healthz and /readyz.\n");
      }
    });
  }

  /** Resolves to the URL it serves at. */
  listen(host: string, port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        const { address, family, port: actual } = this.#server.address() as AddressInfo;
        resolve(`http://${family === "IPv6" ? `[${address}]` : address}:${actual}`);
      });
    });
  }

  async close(): Promise<void> {
    this.#server.closeIdleConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
