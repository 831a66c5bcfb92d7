/** An item that fails a check by itself, and what the check said. */
export interface FailingItem<Item> {
  readonly item: Item;
  readonly message: string;
}

/**
 * The items that fail a check. All of them are checked at once; where that fails, those that the message names are checked
 * one by one and the others together, and only where these fail too without naming any, each half of them. So dozens of bad
 * ones among thousands cost a check each. `check` resolves to a message, or to undefined when all is well; nobody is accused
 * because of a name alone.
 */
export async function findFailing<Item>(
  items: readonly Item[],
  check: (items: readonly Item[]) => Promise<string | undefined>,
  namedIn: (message: string) => ReadonlySet<Item> = () => new Set(),
): Promise<readonly FailingItem<Item>[]> {
  const [first] = items;
  if (first === undefined) return [];
  const message = await check(items);
  if (message === undefined) return [];
  if (items.length === 1) return [{ item: first, message }];
  const search = (part: readonly Item[]) => findFailing(part, check, namedIn);
  const named = namedIn(message);
  const suspects = items.filter((item) => named.has(item));
  const middle = Math.ceil(items.length / 2);
  const parts =
    suspects.length === 0
      ? [items.slice(0, middle), items.slice(middle)]
      : [...suspects.map((item) => [item]), items.filter((item) => !named.has(item))];
  const failing: FailingItem<Item>[] = [];
  for (const part of parts) failing.push(...(await search(part)));
  return failing;
}
