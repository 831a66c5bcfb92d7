import { fork } from "node:child_process";
import { once } from "node:events";
import { type AlertStack, postAlerts, startAlertStack } from "./alert-stack.js";
import { askedProject, freshAlerts } from "./alert-world.js";
import type { Order, Told } from "./event-clients.js";
import { quantile } from "./statistics.js";

/** What each client asks for. Its events must hold the labels of alerts that come. */
const subscription = {
  query: `subscription ($filter: AlertFilter) {
    alertEvents(filter: $filter) { kind revision changes { kind alert { id name state labels } } }
  }`,
  variables: { filter: { projects: [askedProject.name] } },
};

const subscribers = 1_000;
const rounds = 15;
const alertsOfChange = 100;
const changes = 5;
/** The time from the first client's having a part of a change to the last one's having all of it. */
const fanOutAimMs = 1_000;
/** The server's default, within which the median is to be. */
const pollIntervalMs = 2_000;

/** The process that holds the clients, asked and told by messages. */
class Clients {
  readonly #process = fork(new URL("event-clients.js", import.meta.url));

  constructor(private readonly stack: AlertStack) {}

  async open(count: number): Promise<void> {
    const { url, token } = this.stack;
    await this.#ask({ open: count, url, token, body: JSON.stringify(subscription) });
  }

  /** Does `work` once all clients watch; resolves with when they had the marker so many times. */
  async seen(marker: string, times: number, work: () => Promise<void>) {
    await this.#ask({ watch: { marker, times } });
    const answer = this.#next();
    await work();
    const told = await answer;
    if (!("seen" in told)) throw new Error(JSON.stringify(told));
    return told.seen;
  }

  close(): void {
    this.#process.kill();
  }

  async #ask(order: Order): Promise<void> {
    const answer = this.#next();
    this.#process.send(order);
    await answer;
  }

  async #next(): Promise<Told> {
    const [told]: Told[] = await once(this.#process, "message", { signal: AbortSignal.timeout(60_000) });
    if (told === undefined || "failed" in told) throw new Error(told?.failed ?? "The clients said nothing.");
    return told;
  }
}

const stack = await startAlertStack(1_000, { openStreams: subscribers + 1 });
const clients = new Clients(stack);
try {
  await clients.open(1);
  const latencies: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // At any moment of a poll's interval, so that the median is no matter of chance.
    await new Promise((resolve) => setTimeout(resolve, (round / rounds) * pollIntervalMs));
    const { postedAt, allAt } = await post(`one-${round}`, 1);
    latencies.push((allAt[0] ?? Number.NaN) - postedAt);
  }
  const median = quantile(latencies, 0.5);
  console.log(
    `POST to event: median ${median.toFixed(0)} ms, p95 ${quantile(latencies, 0.95).toFixed(0)} ms; aim ${pollIntervalMs} ms, the poll interval`,
  );

  await clients.open(subscribers);
  const spreads: number[] = [];
  for (let change = 0; change < changes; change++) {
    const { postedAt, firstAt, allAt } = await post(`many-${change}`, alertsOfChange);
    const last = Math.max(...allAt);
    spreads.push(last - firstAt);
    console.log(
      `${alertsOfChange} alerts to ${subscribers} clients: the first after ${(firstAt - postedAt).toFixed(0)} ms, half after ${(quantile(allAt, 0.5) - postedAt).toFixed(0)} ms, the last after ${(last - postedAt).toFixed(0)} ms`,
    );
  }
  const spread = quantile(spreads, 0.5);
  console.log(`From the first to the last: median ${spread.toFixed(0)} ms; aim ${fanOutAimMs} ms`);
  if (median > pollIntervalMs || spread > fanOutAimMs) process.exitCode = 1;
} finally {
  clients.close();
  await stack.stop();
}

/** Posts so many new alerts with a label of their own, and resolves when all clients have them. */
async function post(batch: string, count: number) {
  let postedAt = 0;
  const seen = await clients.seen(`"batch":"${batch}"`, count, async () => {
    postedAt = performance.timeOrigin + performance.now();
    await postAlerts(stack.alertmanagerUrl, freshAlerts(batch, count));
  });
  return { postedAt, ...seen };
}
