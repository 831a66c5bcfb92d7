import type { ServerResponse } from "node:http";

/** How often something is sent in any case, so that whoever is between does not take the connection for a dead one. */
const pingMs = 12_000;
const ping = ":\n\n";

/**
 * Server-sent events on one response, as "GraphQL over SSE" has them for one operation each. It holds no more than the
 * message that is being sent: who sends waits until the operating system has taken it.
 */
export class EventStream {
  #release = () => {};

  constructor(private readonly response: ServerResponse) {}

  /** Begins the answer. */
  open(): void {
    if (this.isOver) return;
    this.response.writeHead(200, {
      connection: "keep-alive",
      "cache-control": "no-cache",
      "content-encoding": "none",
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no", // nginx would collect events otherwise
    });
    this.response.write(ping); // some browsers do not take the headers alone
    const pinging = setInterval(() => {
      // Who does not read shall not find pings in heaps.
      if (!this.isOver && this.response.writableLength === 0) this.response.write(ping);
    }, pingMs);
    this.response.once("close", () => {
      clearInterval(pinging);
      this.#release();
    });
  }

  /** Whether nothing can be sent any more, because the client left or somebody ended the answer. */
  get isOver(): boolean {
    return this.response.writableEnded || this.response.destroyed;
  }

  /** Sends a message, one at a time; resolves when the next may follow, or the stream is over. */
  send(message: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.isOver) return resolve();
      this.#release = resolve;
      this.response.write(message, () => resolve());
    });
  }

  /** Ends the answer after what was sent. */
  end(): void {
    if (!this.isOver) this.response.end();
  }
}

/** The message with one result of the subscription. */
export function nextMessage(result: object): string {
  return `event: next\ndata: ${JSON.stringify(result)}\n\n`;
}

/** The message that says that no further results come. */
export const completeMessage = "event: complete\ndata:\n\n";
