import { Agent, type IncomingMessage, request } from "node:http";

/** What the process that holds the clients is told. */
export type Order =
  | { readonly open: number; readonly url: string; readonly token: string; readonly body: string }
  | { readonly watch: { readonly marker: string; readonly times: number } };

/** What it tells; times are milliseconds since 1970, of which the fractions count. */
export type Told =
  | { readonly opened: true }
  /** When the first client was sent anything with the marker in it, and when each had it as often as it was to be. */
  | { readonly seen: { readonly firstAt: number; readonly allAt: readonly number[] } }
  | { readonly failed: string };

/** A subscriber that reads no more of its stream than how often a text is in it. */
class Client {
  #rest = "";
  #watched: {
    readonly marker: string;
    missing: number;
    readonly onFirst: () => void;
    readonly onAll: () => void;
  } | null = null;

  constructor(stream: IncomingMessage) {
    stream.setEncoding("latin1").on("data", (text: string) => this.#read(text));
  }

  watch(marker: string, times: number, onFirst: () => void, onAll: () => void): void {
    this.#rest = "";
    this.#watched = { marker, missing: times, onFirst, onAll };
  }

  #read(text: string): void {
    const watched = this.#watched;
    if (watched === null) return;
    const [before, marker] = [watched.missing, watched.marker];
    const all = this.#rest + text;
    let from = 0;
    for (let at = all.indexOf(marker); at >= 0; at = all.indexOf(marker, from)) {
      from = at + marker.length;
      watched.missing--;
    }
    // A marker may come in two pieces.
    this.#rest = all.slice(Math.max(from, all.length - marker.length + 1));
    if (watched.missing < before) watched.onFirst();
    if (watched.missing > 0) return;
    this.#watched = null;
    watched.onAll();
  }
}

const clients: Client[] = [];
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
const openedAtOnce = 25;

process.on("message", (order: Order) => {
  const done = "watch" in order ? watch(order.watch.marker, order.watch.times) : open(order);
  done.then(tell, (error: unknown) => tell({ failed: String(error) }));
});

async function open({ open: count, url, token, body }: Extract<Order, { readonly open: number }>): Promise<Told> {
  while (clients.length < count) {
    const some = Math.min(openedAtOnce, count - clients.length);
    clients.push(...(await Promise.all(Array.from({ length: some }, () => subscribe(url, token, body)))));
  }
  return { opened: true };
}

/** Resolves with the client once it was sent its first event. */
function subscribe(url: string, token: string, body: string): Promise<Client> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "text/event-stream",
    };
    const sent = request(`${url}/stream`, { method: "POST", headers, agent }, (stream) => {
      if (stream.statusCode === 200) {
        const client = new Client(stream);
        client.watch(
          "event: next",
          1,
          () => {},
          () => resolve(client),
        );
        return;
      }
      let text = "";
      stream.on("data", (chunk) => (text += chunk)).on("end", () => reject(new Error(`${stream.statusCode}: ${text}`)));
    });
    sent.on("error", reject).end(body);
  });
}

function watch(marker: string, times: number): Promise<Told> {
  return new Promise((resolve) => {
    let firstAt = 0;
    const allAt: number[] = [];
    const onFirst = () => {
      firstAt ||= now();
    };
    const onAll = () => {
      allAt.push(now());
      if (allAt.length === clients.length) resolve({ seen: { firstAt, allAt } });
    };
    for (const client of clients) client.watch(marker, times, onFirst, onAll);
    tell({ opened: true });
  });
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function tell(told: Told): void {
  process.send?.(told);
}
