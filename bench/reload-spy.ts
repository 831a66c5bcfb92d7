import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** When a reload was asked for and when it was answered, as `performance.now()`. */
export interface Reload {
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** Stands between the agent and Prometheus, hands everything on, and notes the reloads. */
export class ReloadSpy {
  readonly #server: Server;
  readonly reloads: Reload[] = [];

  constructor(upstream: string) {
    this.#server = createServer((incoming, outgoing) => {
      const askedAt = performance.now();
      const { method, url = "/", headers } = incoming;
      const onward = request(new URL(url, upstream), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.once("end", () => {
          if (url === "/-/reload") this.reloads.push({ askedAt, answeredAt: performance.now() });
        });
      });
      onward.once("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
  }

  /** Listens on a free port of the loopback; resolves with its URL. */
  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The first reload that was asked for after `time`, once it is answered. */
  async reloadAfter(time: number): Promise<Reload> {
    for (;;) {
      const found = this.reloads.find(({ askedAt }) => askedAt >= time);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
