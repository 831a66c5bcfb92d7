import { createServer } from "node:http";
import { atEnd } from "../../support/at-end.js";
import { freePort } from "../../support/ports.js";

/** A tenant's machine: one address on loopback, a page of metrics, and all requests that came. */
export interface Exporter {
  readonly host: string;
  readonly port: number;
  /** Method, path and headers of each request that was not for metrics. */
  readonly visits: string[];
}

/** Starts one that answers `/metrics` with this text, and anything else with 401, as Keystone does what it does not know. */
export async function startExporter(host: string, metrics: string): Promise<Exporter> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/metrics")) return void response.end(metrics);
    visits.push(`${request.method} ${request.url} ${JSON.stringify(request.rawHeaders)}`);
    response.writeHead(401, { "content-type": "application/json" }).end('{"error":{"code":401}}');
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host, port, visits };
}
