import { Worker } from "node:worker_threads";
import { UnexpectedShape } from "../../clients/answer-shape.js";
import type { AnswerDiff, Held, HeldKind } from "./answer-reader.js";
import type { RoutingConfig } from "./routing-config.js";

type Item = Held[HeldKind];

/** An answer or a configuration to be read. */
export type ReadingTask =
  | { readonly source: string; readonly kind: HeldKind; readonly bytes: Uint8Array }
  | { readonly config: string };

/** What the worker says of a task: changes piece by piece, and then the rest; or what is wrong with it. */
export type ReadingResult =
  | { readonly part: readonly Item[] }
  | { readonly rest: Omit<AnswerDiff<Item>, "changed"> }
  | { readonly config: RoutingConfig }
  | { readonly unexpected: Pick<UnexpectedShape, "where" | "expected"> }
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
 * An `AnswerReader` in a thread of its own, so that parsing megabytes keeps no query waiting. One that broke is followed by
 * a new one, which knows no answers: its first diffs are whole.
 */
export class ReadingThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #asked = 0;

  /** @param file `reading-worker.js`, as it was built */
  constructor(private readonly file: URL) {}

  /** Takes `bytes` over: nobody can read them afterwards. Throws as `AnswerReader.read` does. */
  read<K extends HeldKind>(source: string, kind: K, bytes: Buffer): Promise<AnswerDiff<Held[K]>> {
    // A small buffer is a piece of one that others use too.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
    const changed: Held[K][] = [];
    return this.#ask({ source, kind, bytes: own }, [own.buffer as ArrayBuffer], (result) => {
      if ("part" in result) for (const item of result.part) changed.push(item as Held[K]);
      return "rest" in result ? { ...result.rest, changed } : undefined;
    });
  }

  /** Throws as `readRoutingConfig` does, or `SyntaxError`. */
  config(config: string): Promise<RoutingConfig> {
    return this.#ask({ config }, [], (result) => ("config" in result ? result.config : undefined));
  }

  /** Ends it; whoever waits is told so. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** Resolves with what `take` makes of the results, as soon as that is something. */
  #ask<T>(
    content: ReadingTask,
    transferred: readonly ArrayBuffer[],
    take: (result: ReadingResult) => T | undefined,
  ): Promise<T> {
    const id = ++this.#asked;
    return new Promise<T>((resolve, reject) => {
      const settle = (end: () => void) => {
        this.#waiting.delete(id);
        end();
      };
      this.#waiting.set(id, {
        fail: (error) => settle(() => reject(error)),
        take: (result) => {
          const taken = take(result);
          if (taken !== undefined) settle(() => resolve(taken));
        },
      });
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, content } satisfies Numbered<ReadingTask>, transferred);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.file, { name: "reading" });
    let failure = new Error("The thread that reads answers has ended.");
    worker.unref();
    worker.on("message", ({ id, content }: Numbered<ReadingResult>) => {
      const waiting = this.#waiting.get(id);
      if ("broken" in content) waiting?.fail(new SyntaxError(content.broken));
      else if ("unexpected" in content) {
        waiting?.fail(new UnexpectedShape(content.unexpected.where, content.unexpected.expected));
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
