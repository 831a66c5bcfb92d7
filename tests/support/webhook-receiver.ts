import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { atEnd } from "./at-end.js";
import { freePort } from "./ports.js";
import { waitFor } from "./wait-for.js";

/** What Alertmanager posts to a webhook (version 4 of its format). */
export interface WebhookNotification {
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly {
    readonly status: "firing" | "resolved";
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
    readonly fingerprint: string;
    readonly generatorURL: string;
  }[];
}

/** One request as it arrived. */
export interface WebhookDelivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly notification: WebhookNotification;
}

/** A real HTTP server that collects notifications and answers 200, or what `answerWith` says. */
export interface WebhookReceiver {
  readonly url: string;
  readonly deliveries: readonly WebhookDelivery[];
  /** The first delivery, past or to come, for which the predicate holds. */
  waitFor(predicate: (delivery: WebhookDelivery) => boolean, deadlineMs?: number): Promise<WebhookDelivery>;
  answerWith(status: number): void;
}

/** Starts a webhook receiver on loopback, at 127.0.0.1 unless told otherwise; it ends with the test, or the file (`atEnd`). */
export async function startWebhookReceiver({ host = "127.0.0.1" } = {}): Promise<WebhookReceiver> {
  const deliveries: WebhookDelivery[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      deliveries.push({ path: request.url ?? "/", headers: request.headers, notification: JSON.parse(body) });
      response.writeHead(status).end();
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://${host}:${port}`,
    deliveries,
    waitFor: (predicate, deadlineMs = 20_000) =>
      waitFor(() => deliveries.find(predicate), {
        get what() {
          return `a notification; received so far: ${JSON.stringify(deliveries.map((d) => d.notification))}`;
        },
        deadlineMs,
      }),
    answerWith: (answer) => {
      status = answer;
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
