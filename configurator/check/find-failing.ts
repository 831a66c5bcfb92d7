/** An item that fails a check by itself, and what the check said. */
export interface FailingItem<Item> {
  readonly item: Item;
  readonly message: string;
}

/**
 * The items that fail a check: all of them are checked at once, and only where that fails each half, so a few bad ones
 * among thousands cost a few dozen checks. `check` resolves to a message, or to undefined when all is well.
 */
export async function findFailing<Item>(
  items: readonly Item[],
  check: (items: readonly Item[]) => Promise<string | undefined>,
): Promise<readonly FailingItem<Item>[]> {
  const [first] = items;
  if (first === undefined) return [];
  const message = await check(items);
  if (message === undefined) return [];
  if (items.length === 1) return [{ item: first, message }];
  const middle = Math.ceil(items.length / 2);
  return [...(await findFailing(items.slice(0, middle), check)), ...(await findFailing(items.slice(middle), check))];
}
