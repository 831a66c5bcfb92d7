import { PaginationError } from "./errors.js";

/** One page of a list. */
export interface Page<Item> {
  readonly nodes: ReadonlyArray<Item>;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  /** How many items the whole list has; undefined where the graph does not count them. */
  readonly totalCount?: number;
}

/** Which page to fetch. */
export interface PageArguments {
  /** How many items, 1 to 100. @default 50 */
  readonly first?: number | undefined;
  /** The `endCursor` of the page before; null or absent for the first page. */
  readonly after?: string | null | undefined;
}

/** How many items a list fetches with one request unless told otherwise: as many as the graph gives. */
const defaultPageSize = 100;

/**
 * A list that fetches its pages as they are needed. Nothing is sent before it is iterated or asked for a page, and each
 * iteration starts from the beginning.
 *
 * @example
 * ```ts
 * for await (const project of client.projects.list()) console.log(project.name);
 * const firing = await client.alerts.list({ filter: { states: ["ACTIVE"] } }).toArray({ limit: 1000 });
 * ```
 */
export class Paginated<Item> implements AsyncIterable<Item> {
  readonly #fetchPage: (page: { first: number; after: string | null }) => Promise<Page<Item>>;
  readonly #pageSize: number;

  constructor(
    fetchPage: (page: { first: number; after: string | null }) => Promise<Page<Item>>,
    pageSize: number = defaultPageSize,
  ) {
    this.#fetchPage = fetchPage;
    this.#pageSize = pageSize;
  }

  /** One page, as the graph gives it. */
  page({ first = 50, after = null }: PageArguments = {}): Promise<Page<Item>> {
    return this.#fetchPage({ first, after });
  }

  /** All pages, one request each. Rejects with a `PaginationError` when a cursor is missing or comes twice. */
  pages(): AsyncGenerator<Page<Item>, void, undefined> {
    return this.#pages(Number.POSITIVE_INFINITY);
  }

  /** The items of all pages, in order. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const { nodes } of this.pages()) yield* nodes;
  }

  /** The first `limit` items. The limit must be given, so that no list grows beyond what its reader thought of. */
  async toArray({ limit }: { readonly limit: number }): Promise<Item[]> {
    const items: Item[] = [];
    if (limit <= 0) return items;
    for await (const { nodes } of this.#pages(limit)) {
      items.push(...nodes.slice(0, limit - items.length));
      if (items.length >= limit) break;
    }
    return items;
  }

  async *#pages(limit: number): AsyncGenerator<Page<Item>, void, undefined> {
    const seen = new Set<string>();
    let after: string | null = null;
    for (let left = limit; ; ) {
      const page: Page<Item> = await this.#fetchPage({ first: Math.min(this.#pageSize, left), after });
      yield page;
      left -= page.nodes.length;
      if (!page.pageInfo.hasNextPage || left <= 0) return;
      after = nextCursor(page, seen);
    }
  }
}

/** The cursor of the page after this one; it is added to those already seen. */
export function nextCursor({ pageInfo: { endCursor } }: Page<unknown>, seen: Set<string>): string {
  if (endCursor === null || seen.has(endCursor)) {
    throw new PaginationError(
      `the server says there is a next page, but its cursor ${endCursor === null ? "is missing" : "came before"}`,
      {
        code: "PAGINATION",
      },
    );
  }
  seen.add(endCursor);
  return endCursor;
}
