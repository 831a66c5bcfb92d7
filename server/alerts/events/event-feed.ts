import { Channel } from "./channel.js";
import { Journal } from "./journal.js";
import { type Reading, readChannel } from "./read-channel.js";
import type { MakeEvent, Watched } from "./watched.js";

/** What a feed needs. */
export interface FeedOptions<T, E> {
  readonly makeEvent: MakeEvent<T, E>;
  /** How much matching, in points of cost, the filter of one subscription may take for what changed at once. */
  readonly mostMatching: number;
  /** Told when a reader was too slow for the changes. */
  readonly onResync: () => void;
}

const heartbeatMs = 15_000;

/** Tells many readers, each what it may see and asks for, what becomes of things of one kind. */
export class EventFeed<T, E> {
  readonly #journal = new Journal();
  readonly #channels = new Map<string, { readonly channel: Channel<T, E>; readers: number }>();

  constructor(private readonly options: FeedOptions<T, E>) {}

  /** To be told of the keys of what changed, each once, when it can be seen. */
  note(keys: readonly string[]): void {
    this.#journal.note(keys);
    for (const { channel } of this.#channels.values()) channel.waiters.wake();
  }

  /** The events for one reader. `key` is the same for those who may see the same, and ask for the same, alone. */
  async *read(
    key: string,
    watched: Watched<T>,
    reading: Pick<Reading, "wantsSnapshot" | "matching" | "signal">,
  ): AsyncGenerator<E, void> {
    const [journal, options] = [this.#journal, this.options];
    const used = this.#channels.get(key) ?? { channel: new Channel(watched, { ...options, journal }), readers: 0 };
    this.#channels.set(key, used);
    used.readers++;
    try {
      yield* readChannel(used.channel, { ...reading, heartbeatMs, onResync: options.onResync });
    } finally {
      // One that took too much is not for those who come later: there may be less to compare by then.
      const isOver = --used.readers === 0 || used.channel.hasFailed;
      if (isOver && this.#channels.get(key) === used) this.#channels.delete(key);
    }
  }
}
