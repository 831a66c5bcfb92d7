/** Writes what happens to a terminal, one line per step: `Prometheus … 0.4 s`. */
export class Progress {
  #waiting: string[] | undefined;
  #closed = false;

  constructor(private readonly output: (text: string) => void) {}

  /** Does a step, with its duration on its line. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const startedAt = Date.now();
    this.#write(`${title} … `);
    this.#waiting = [];
    try {
      const result = await work();
      this.#write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
      return result;
    } catch (error) {
      this.#write("failed\n");
      throw error;
    } finally {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      for (const line of waiting) this.line(line);
    }
  }

  /** Writes a line; while a step is under way, after it. */
  line(text: string): void {
    if (this.#waiting === undefined) this.#write(`${text}\n`);
    else this.#waiting.push(text);
  }

  /** From now on nothing is written: what is still under way is of no interest any more. */
  close(): void {
    this.#closed = true;
  }

  #write(text: string): void {
    if (!this.#closed) this.output(text);
  }
}
