import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { z } from "zod";
import type { Endpoint } from "./layout.js";

const notification = z.object({
  status: z.string(),
  receiver: z.string(),
  alerts: z.array(z.object({ status: z.string(), labels: z.record(z.string(), z.string()) })),
});

/** Receives what the Alertmanagers tell the demo's contact group and gives one line per alert to `print`. */
export async function startNotificationPrinter(endpoint: Endpoint, print: (line: string) => void): Promise<() => void> {
  const server = createServer((request, response) => {
    linesOf(request).then(
      (lines) => {
        for (const line of lines) print(line);
        response.end();
      },
      () => response.writeHead(400).end(),
    );
  });
  server.listen(endpoint.port, "127.0.0.1");
  await once(server, "listening");
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

async function linesOf(request: IncomingMessage): Promise<readonly string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { alerts, receiver } = notification.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  return alerts.map(({ status, labels }) => {
    const { alertname = "?", project = "?", instance } = labels;
    return `notified ${receiver}: ${alertname} of ${project} ${instance ? `(${instance}) ` : ""}is ${status}`;
  });
}
