import type { AnswerDiff, Held, HeldKind } from "./answer-reader.js";
import { type ReadingSource, ReadingThread } from "./reading-thread.js";
import { type RoutingConfig, readRoutingConfig } from "./routing-config.js";

/** What is read in some two milliseconds; more goes to a thread of its own. */
const mostConfigHere = 4 * 1024;

/** Reads Alertmanagers, and their configurations, beside the thread that answers queries. */
export class AnswerReading {
  readonly #thread: ReadingThread;
  // Of thousands of projects it takes seconds to read, in which no alerts would be.
  readonly #configThread: ReadingThread;

  /** @param worker `reading-worker.js`, as it was built */
  constructor(worker: URL) {
    this.#thread = new ReadingThread(worker);
    this.#configThread = new ReadingThread(worker);
  }

  /** Rejects as `ReadingThread.read` does. */
  read<K extends HeldKind>(source: ReadingSource, kind: K, signal: AbortSignal): Promise<AnswerDiff<Held[K]>> {
    return this.#thread.read(source, kind, signal);
  }

  /** Rejects as `readRoutingConfig` throws. */
  async config(text: string): Promise<RoutingConfig> {
    return text.length > mostConfigHere ? this.#configThread.config(text) : readRoutingConfig(text);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#thread.stop(), this.#configThread.stop()]);
  }
}
