/** What came of executing an event: the message with the result, and whether others may get it too. */
export interface Executed {
  readonly message: Buffer;
  readonly isForAll: boolean;
}

/** What is kept of messages, in bytes. */
const mostBytes = 32 * 1024 * 1024;
/** What keeping one takes besides. */
const overheadBytes = 500;
/** Who is to get a message comes for it by then; an event that is kept keeps all that it tells of. */
const mostMs = 10_000;

/**
 * Messages that many streams send. One event goes to many subscribers; those of them whose documents, variables and rights
 * are the same get the same message, which is made once.
 */
export class SharedMessages {
  readonly #kept = new Map<object, Map<string, Promise<Buffer | null>>>();
  /** The oldest first. */
  readonly #sizes = new Map<object, { readonly bytes: number; readonly sinceMs: number }>();
  #bytes = 0;
  #users = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Keeps messages until all who entered have left by what is returned. */
  enter(): () => void {
    this.#users++;
    return () => {
      if (--this.#users === 0) this.#forget();
    };
  }

  /**
   * The message of an event for those with this key. It is made by `execute`, and made again for each where it was not for
   * all of them. Tells whether it was there already.
   */
  async of(
    event: object,
    key: string,
    execute: () => Promise<Executed>,
  ): Promise<{ readonly message: Buffer; readonly isShared: boolean }> {
    // Without a pause between looking and keeping: a thousand may come for it at once.
    const kept = this.#kept.get(event)?.get(key);
    if (kept === undefined) {
      const executing = execute();
      this.#keep(event, key, executing);
      return { message: (await executing).message, isShared: false };
    }
    const message = await kept;
    return message === null ? { message: (await execute()).message, isShared: false } : { message, isShared: true };
  }

  #forget(): void {
    this.#kept.clear();
    this.#sizes.clear();
    this.#bytes = 0;
  }

  #keep(event: object, key: string, executing: Promise<Executed>): void {
    const forAll = executing.then(
      ({ message, isForAll }) => (isForAll ? message : null),
      () => null,
    );
    const messages = this.#kept.get(event) ?? new Map<string, Promise<Buffer | null>>();
    this.#kept.set(event, messages.set(key, forAll));
    void forAll.then((message) => {
      if (this.#kept.get(event) !== messages) return;
      const size = overheadBytes + (message?.length ?? 0);
      const { bytes, sinceMs } = this.#sizes.get(event) ?? { bytes: 0, sinceMs: this.now() };
      this.#sizes.set(event, { bytes: bytes + size, sinceMs });
      this.#bytes += size;
      this.#shrink();
    });
  }

  /** Lets go of old events, and of the oldest where they are too many. */
  #shrink(): void {
    const fromMs = this.now() - mostMs;
    for (const [event, { bytes, sinceMs }] of this.#sizes) {
      if (this.#bytes <= mostBytes && sinceMs >= fromMs) return;
      this.#kept.delete(event);
      this.#sizes.delete(event);
      this.#bytes -= bytes;
    }
  }
}
