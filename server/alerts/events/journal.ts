/** What is noted at the most, in keys; who looks later has to look at everything. */
const mostKeys = 50_000;

interface Page {
  readonly number: number;
  readonly keys: readonly string[];
}

/** Notes the keys of what changed, so that each who looks finds what changed since it looked last. */
export class Journal {
  readonly #pages: Page[] = [];
  #size = 0;
  #number = 0;
  /** Of the last page that is not there any more. */
  #lost = 0;

  /** Where the journal ends now. */
  get end(): number {
    return this.#number;
  }

  /** Notes that these changed, each named once. */
  note(keys: readonly string[]): void {
    this.#pages.push({ number: ++this.#number, keys });
    this.#size += sizeOf(keys);
    while (this.#size > mostKeys) this.#forgetFirst();
  }

  /** What changed since the journal ended there; null when it does not go back so far, and anything may have. */
  since(end: number): readonly string[] | null {
    if (end < this.#lost) return null;
    const pages = this.#pages.slice(this.#pages.length - (this.#number - end));
    const [only, ...others] = pages;
    if (others.length === 0) return only?.keys ?? [];
    return [...new Set(pages.flatMap(({ keys }) => keys))];
  }

  #forgetFirst(): void {
    const first = this.#pages.shift();
    if (first === undefined) return;
    this.#lost = first.number;
    this.#size -= sizeOf(first.keys);
  }
}

/** A page without any takes some memory too. */
function sizeOf(keys: readonly string[]): number {
  return keys.length + 1;
}
