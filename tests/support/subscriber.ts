import { atEnd } from "./at-end.js";
import { waitFor } from "./wait-for.js";

/** One result of a subscription, as it came. */
export interface Result {
  // Tests look into answers of every shape; a wrong path fails the assertion that follows.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly data?: any;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** A subscription that is open, and what came of it so far. */
export interface Subscriber {
  readonly results: readonly Result[];
  /** Whether the server said that no more will come. */
  readonly isComplete: boolean;
  /** Whether the answer is over. */
  readonly isEnded: boolean;
  /** Resolves with the results once there are so many. */
  first(count: number): Promise<readonly Result[]>;
  close(): void;
}

/** Opens a stream with a token (null: none) at the graph's URL; throws the answer's text when it is none. */
export async function subscribe(
  url: string,
  token: string | null,
  query: string,
  variables: object = {},
): Promise<Subscriber> {
  const hangUp = new AbortController();
  atEnd(async () => hangUp.abort());
  const response = await fetch(`${url}/stream`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: hangUp.signal,
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const results: Result[] = [];
  const seen = { isComplete: false, isEnded: false };
  const read = async () => {
    let text = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const messages = (text + chunk).split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        const [, event, data = ""] = /^event: (\w+)\ndata: ?(.*)$/.exec(message) ?? [];
        if (event === "next") results.push(JSON.parse(data));
        if (event === "complete") seen.isComplete = true;
      }
    }
  };
  const reading = read()
    .catch(() => undefined)
    .then(() => {
      seen.isEnded = true;
    });
  return {
    results,
    get isComplete() {
      return seen.isComplete;
    },
    get isEnded() {
      return seen.isEnded;
    },
    first: async (count) => {
      await waitFor(() => results.length >= count || seen.isEnded, { what: `${count} results` });
      return results.slice(0, count);
    },
    close: () => {
      hangUp.abort();
      void reading;
    },
  };
}
