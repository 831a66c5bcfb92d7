import { Worker } from "node:worker_threads";
import { UnexpectedShape } from "../../clients/answer-shape.js";
import type { AnswerDiff, Held, HeldKind } from "./answer-reader.js";

/** An answer to be read. */
export interface ReadingRequest<K extends HeldKind> {
  readonly id: number;
  readonly source: string;
  readonly kind: K;
  readonly bytes: Uint8Array;
}

type Item = Held[HeldKind];

/** What the worker says of an answer: its changes piece by piece, and then the rest; or what is wrong with it. */
export type ReadingResult = { readonly id: number } & (
  | { readonly part: readonly Item[] }
  | { readonly rest: Omit<AnswerDiff<Item>, "changed"> }
  | { readonly unexpected: Pick<UnexpectedShape, "where" | "expected"> }
  | { readonly broken: string }
);

interface Waiting {
  readonly changed: Item[];
  readonly resolve: (diff: AnswerDiff<Item>) => void;
  readonly reject: (error: Error) => void;
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
    const id = ++this.#asked;
    // A small buffer is a piece of one that others use too.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
    return new Promise<AnswerDiff<Item>>((resolve, reject) => {
      this.#worker ??= this.#start();
      this.#waiting.set(id, { changed: [], resolve, reject });
      const request: ReadingRequest<K> = { id, source, kind, bytes: own };
      this.#worker.postMessage(request, [own.buffer as ArrayBuffer]);
    }) as Promise<AnswerDiff<Held[K]>>;
  }

  /** Ends it; whoever waits is told so. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.file, { name: "alerts" });
    let failure = new Error("The thread that reads answers has ended.");
    worker.unref();
    worker.on("message", (result: ReadingResult) => this.#take(result));
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = null;
      for (const { reject } of this.#waiting.values()) reject(failure);
      this.#waiting.clear();
    });
    return worker;
  }

  #take(result: ReadingResult): void {
    const waiting = this.#waiting.get(result.id);
    if (waiting === undefined) return;
    if ("part" in result) {
      for (const item of result.part) waiting.changed.push(item);
      return;
    }
    this.#waiting.delete(result.id);
    if ("rest" in result) waiting.resolve({ ...result.rest, changed: waiting.changed });
    else if ("broken" in result) waiting.reject(new SyntaxError(result.broken));
    else waiting.reject(new UnexpectedShape(result.unexpected.where, result.unexpected.expected));
  }
}
