import { Worker } from "node:worker_threads";
import { type HttpLimits, NeverSentError } from "../../clients/http-json.js";
import type { UpstreamServer } from "../../clients/upstream-server.js";
import { UpstreamUnavailableError } from "../../core/errors.js";
import type { AnswerDiff, Held, HeldKind } from "./answer-reader.js";
import type { RoutingConfig } from "./routing-config.js";

type Item = Held[HeldKind];

/** An Alertmanager that is read: whatever is needed to ask it. */
export interface ReadingSource {
  /** Unique among all that are read. */
  readonly id: string;
  readonly server: UpstreamServer;
  readonly limits: HttpLimits;
}

/** What is to be read, or not to be read after all. */
export type ReadingTask =
  | { readonly source: ReadingSource; readonly kind: HeldKind }
  | { readonly config: string }
  | { readonly cancelled: true };

/** What the worker says of a task: changes piece by piece, and then the rest; or why there is nothing. */
export type ReadingResult =
  | { readonly part: readonly Item[] }
  | { readonly rest: Omit<AnswerDiff<Item>, "changed"> }
  | { readonly config: RoutingConfig }
  | { readonly unavailable: string; readonly wasSent: boolean }
  | { readonly broken: string };

/** A message between the two threads. */
export interface Numbered<T> {
  readonly id: number;
  readonly content: T;
}

interface Waiting {
  readonly take: (result: ReadingResult) => void;
  readonly fail: (error: Error) => void;
}

/**
 * Asks Alertmanagers, and reads what they answer, in a thread of its own: megabytes that come every few seconds keep no query
 * waiting, and leave nothing to be collected among the objects that queries are answered from. One that broke is followed by
 * a new one, which knows no answers: its first diffs are whole.
 */
export class ReadingThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #asked = 0;

  /** @param file `reading-worker.js`, as it was built */
  constructor(private readonly file: URL) {}

  /** How all that an Alertmanager holds differs from when it was last read; rejects with `UpstreamUnavailableError`. */
  async read<K extends HeldKind>(source: ReadingSource, kind: K, signal?: AbortSignal): Promise<AnswerDiff<Held[K]>> {
    signal?.throwIfAborted();
    const changed: Held[K][] = [];
    return this.#ask({ source, kind }, signal, (result) => {
      if ("part" in result) for (const item of result.part) changed.push(item as Held[K]);
      return "rest" in result ? { ...result.rest, changed } : undefined;
    });
  }

  /** What `readRoutingConfig` makes of the text; rejects with an error that tells what is wrong with it. */
  config(config: string): Promise<RoutingConfig> {
    return this.#ask({ config }, undefined, (result) => ("config" in result ? result.config : undefined));
  }

  /** Ends it; whoever waits is told so. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** Resolves with what `take` makes of the results, as soon as that is something. */
  #ask<T>(
    content: ReadingTask,
    signal: AbortSignal | undefined,
    take: (result: ReadingResult) => T | undefined,
  ): Promise<T> {
    const id = ++this.#asked;
    return new Promise<T>((resolve, reject) => {
      const settle = (end: () => void) => {
        this.#waiting.delete(id);
        signal?.removeEventListener("abort", cancel);
        end();
      };
      const cancel = () => {
        this.#worker?.postMessage({ id, content: { cancelled: true } } satisfies Numbered<ReadingTask>);
        settle(() => reject(signal?.reason));
      };
      signal?.addEventListener("abort", cancel);
      this.#waiting.set(id, {
        fail: (error) => settle(() => reject(error)),
        take: (result) => {
          const taken = take(result);
          if (taken !== undefined) settle(() => resolve(taken));
        },
      });
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, content } satisfies Numbered<ReadingTask>);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.file, { name: "reading" });
    let failure = new Error("The thread that reads answers has ended.");
    worker.unref();
    worker.on("message", ({ id, content }: Numbered<ReadingResult>) => {
      const waiting = this.#waiting.get(id);
      if ("broken" in content) waiting?.fail(new Error(content.broken));
      else if ("unavailable" in content) {
        const Unavailable = content.wasSent ? UpstreamUnavailableError : NeverSentError;
        waiting?.fail(new Unavailable(content.unavailable));
      } else waiting?.take(content);
    });
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", () => {
      this.#worker = null;
      for (const { fail } of [...this.#waiting.values()]) fail(failure);
    });
    return worker;
  }
}
