import type { FailingItem } from "./find-failing.js";

/** What became of the items of a search. */
export interface Acceptance<Item> {
  readonly accepted: readonly Item[];
  readonly refused: readonly FailingItem<Item>[];
  /** Those that there was no time for. */
  readonly untried: readonly Item[];
}

/**
 * Accepts as many items as pass together. `accept` adds items to those that it accepted before, and keeps them unless it
 * resolves to a message. All are tried at once, and only where that fails each half, so a few bad ones among thousands cost a
 * few dozen tries; of items that fail only together the last is refused. Where a whole first half was accepted, what failed
 * with it is in the second, which is not tried as a whole again. One that fails by itself is tried once more: it is not to
 * be accused of what was another's fault. It ends early when `mayGoOn` says so.
 */
export async function acceptMost<Item>(
  items: readonly Item[],
  accept: (items: readonly Item[]) => Promise<string | undefined>,
  mayGoOn: () => boolean = () => true,
): Promise<Acceptance<Item>> {
  const accepted: Item[] = [];
  const refused: FailingItem<Item>[] = [];
  const untried: Item[] = [];
  const search = async (part: readonly Item[], isKnownToFail: boolean): Promise<void> => {
    const [first] = part;
    if (first === undefined) return;
    if (!mayGoOn()) {
      untried.push(...part);
      return;
    }
    const fails = isKnownToFail || (await accept(part)) !== undefined;
    const message = part.length === 1 && fails ? await accept(part) : undefined;
    if (!fails || (part.length === 1 && message === undefined)) {
      accepted.push(...part);
      return;
    }
    if (message !== undefined) {
      refused.push({ item: first, message });
      return;
    }
    const middle = Math.ceil(part.length / 2);
    const before = accepted.length;
    await search(part.slice(0, middle), false);
    await search(part.slice(middle), accepted.length - before === middle);
  };
  await search(items, false);
  return { accepted, refused, untried };
}
