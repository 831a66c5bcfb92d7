/** How a Prometheus reads an expression: what it prints of it, on one line, or why it refuses it. */
export type Reading = { readonly printed: string } | { readonly refusal: string };

/** The Prometheus servers that can be asked. */
export interface ExpressionReaderOptions {
  /** Each one's base URL. */
  readonly urls: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Asks Prometheus how its own parser reads expressions. One that does not answer is not asked again. */
export class ExpressionReader {
  readonly #urls: string[];

  constructor(private readonly options: ExpressionReaderOptions) {
    this.#urls = [...options.urls];
  }

  /** Whether anybody could ever be asked. */
  get hasServers(): boolean {
    return this.options.urls.length > 0;
  }

  /** How the first Prometheus that answers reads the expression; undefined when none does. */
  async read(expression: string): Promise<Reading | undefined> {
    for (let url = this.#urls[0]; url !== undefined; url = this.#urls[0]) {
      const reading = await this.#ask(url, expression).catch(() => undefined);
      if (reading !== undefined) return reading;
      const at = this.#urls.indexOf(url);
      if (at !== -1) this.#urls.splice(at, 1);
    }
    return undefined;
  }

  async #ask(url: string, expression: string): Promise<Reading | undefined> {
    const response = await fetch(`${url}/api/v1/format_query`, {
      method: "POST",
      headers: this.options.headers ?? {},
      body: new URLSearchParams({ query: expression }),
      redirect: "error",
      signal: AbortSignal.timeout(this.options.timeoutMs),
    });
    const answer = (await response.json()) as { readonly data?: unknown; readonly error?: unknown } | null;
    if (response.ok && typeof answer?.data === "string") {
      // Long expressions are laid out over indented lines; strings in them hold no line breaks.
      return { printed: answer.data.replaceAll(/\n */g, " ").trim() };
    }
    if (response.status !== 400 || typeof answer?.error !== "string") return undefined;
    return { refusal: answer.error.replace(/^invalid parameter "query": /, "") };
  }
}
