import { type AnswerDiff, AnswerReader, type Held, type HeldKind } from "./answer-reader.js";
import { ReadingThread } from "./reading-thread.js";
import { type RoutingConfig, readRoutingConfig } from "./routing-config.js";

/** What is read in some two milliseconds; more goes to a thread of its own. */
const mostBytesHere = 256 * 1024;
const mostConfigHere = 4 * 1024;

/** Reads answers as `AnswerReader` does: small ones at once, those of a source that gave a large one in another thread. */
export class AnswerReading {
  readonly #here = new AnswerReader();
  readonly #thread: ReadingThread;
  // Of thousands of projects it takes seconds to read, in which no alerts would be.
  readonly #configThread: ReadingThread;
  readonly #large = new Set<string>();

  /** @param worker `reading-worker.js`, as it was built */
  constructor(worker: URL) {
    this.#thread = new ReadingThread(worker);
    this.#configThread = new ReadingThread(worker);
  }

  /** Takes `bytes` over. Throws as `AnswerReader.read` does. */
  async read<K extends HeldKind>(source: string, kind: K, bytes: Buffer): Promise<AnswerDiff<Held[K]>> {
    const key = `${kind} ${source}`;
    if (bytes.byteLength > mostBytesHere) this.#large.add(key);
    // It stays there: going back and forth would make every answer a whole one.
    return this.#large.has(key) ? this.#thread.read(source, kind, bytes) : this.#here.read(source, kind, bytes);
  }

  /** Throws as `readRoutingConfig` does. */
  async config(text: string): Promise<RoutingConfig> {
    return text.length > mostConfigHere ? this.#configThread.config(text) : readRoutingConfig(text);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#thread.stop(), this.#configThread.stop()]);
  }
}
