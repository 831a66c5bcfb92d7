import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Alertmanager } from "../support/alertmanager.js";
import { atEnd } from "../support/at-end.js";
import { waitFor } from "../support/wait-for.js";

/** Stands before an Alertmanager to tell when its reader has read what it holds now. */
export interface CountingProxy {
  readonly url: string;
  /** Resolves when all alerts have been asked for and answered anew, and the answer was taken in. */
  readAnew(): Promise<void>;
}

/** Starts one, which passes everything on. */
export async function startCountingProxy(alertmanager: Pick<Alertmanager, "url">): Promise<CountingProxy> {
  let reads = 0;
  const server = createServer(async (request, response) => {
    if (request.url === "/api/v2/alerts" && request.method === "GET") reads++;
    try {
      const answer = await fetch(`${alertmanager.url}${request.url}`, { method: request.method ?? "GET" });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    // The next one may have been answered before; when the one after it is asked for, the next one was taken in.
    readAnew: async () => {
      const before = reads;
      await waitFor(() => reads >= before + 3, { what: "the alerts to be read anew" });
    },
  };
}
