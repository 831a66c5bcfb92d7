import type { Alert } from "./alert.js";

/** Alerts by a key of theirs, each list the newest first. An alert without the key is in none. */
export class AlertIndex {
  constructor(
    private readonly keysOf: (alert: Alert) => readonly string[],
    private readonly lists: ReadonlyMap<string, readonly Alert[]>,
  ) {}

  /** @param alerts the newest first */
  static of(alerts: readonly Alert[], keysOf: (alert: Alert) => readonly string[]): AlertIndex {
    const lists = new Map<string, Alert[]>();
    for (const alert of alerts) for (const key of keysOf(alert)) add(lists, key, alert);
    return new AlertIndex(keysOf, lists);
  }

  get keys(): Iterable<string> {
    return this.lists.keys();
  }

  get(key: string): readonly Alert[] {
    return this.lists.get(key) ?? [];
  }

  /** The same without some alerts and with others; lists that neither is in are shared. */
  with(gone: ReadonlySet<Alert>, added: readonly Alert[]): AlertIndex {
    const changed = new Map<string, Alert[]>();
    for (const alert of gone) for (const key of this.keysOf(alert)) if (!changed.has(key)) changed.set(key, []);
    for (const alert of added) for (const key of this.keysOf(alert)) add(changed, key, alert);
    const lists = new Map(this.lists);
    for (const [key, more] of changed) {
      const list = patched(this.get(key), gone, more);
      if (list.length > 0) lists.set(key, list);
      else lists.delete(key);
    }
    return new AlertIndex(this.keysOf, lists);
  }
}

/** Orders alerts, the newest first; those that began at once by their fingerprints, downwards. */
export function newestFirst(a: Alert, b: Alert): number {
  return b.startsAtMs - a.startsAtMs || (a.fingerprint < b.fingerprint ? 1 : -1);
}

/** A list, the newest first, without some alerts and with others. */
export function patched(list: readonly Alert[], gone: ReadonlySet<Alert>, added: readonly Alert[]): readonly Alert[] {
  const kept = gone.size > 0 ? list.filter((alert) => !gone.has(alert)) : list;
  // Merging what is sorted already takes no longer than going through it once.
  return added.length > 0 ? [...kept, ...[...added].sort(newestFirst)].sort(newestFirst) : kept;
}

function add(lists: Map<string, Alert[]>, key: string, alert: Alert): void {
  const list = lists.get(key);
  if (list) list.push(alert);
  else lists.set(key, [alert]);
}
