import { createHash } from "node:crypto";
import { alertsIn, silencesIn, type UpstreamAlert, type UpstreamSilence } from "../../clients/alertmanager-client.js";

/** What an Alertmanager is asked for. */
export interface Held {
  readonly alerts: UpstreamAlert;
  readonly silences: UpstreamSilence;
}

/** Either of them. */
export type HeldKind = keyof Held;

/** When an alert was heard of last, and when it ends unless it is again. */
export type Touch = readonly [fingerprint: string, updatedAtMs: number, endsAtMs: number];

/** How an answer differs from the one before it of the same source. */
export interface AnswerDiff<T> {
  /** Whether `changed` is all that there is, because none before it is known. */
  readonly isWhole: boolean;
  readonly changed: readonly T[];
  /** Ids of what is gone: fingerprints of alerts, UUIDs of silences. */
  readonly removed: readonly string[];
  /** Of alerts that are what they were but for these times, which move at every resend. */
  readonly touched: readonly Touch[];
}

/** The answer to the one before it, byte by byte or in what it says. */
export const noDiff: AnswerDiff<never> = { isWhole: false, changed: [], removed: [], touched: [] };

interface KindRules<T> {
  readonly read: (answer: unknown) => readonly T[];
  readonly idOf: (item: T) => string;
  /** All that counts as a change. */
  readonly contentOf: (item: T) => string;
  /** Null for what has no times that move by themselves. */
  readonly touchOf: (item: T) => Touch | null;
}

const rules: { readonly [K in HeldKind]: KindRules<Held[K]> } = {
  alerts: {
    read: alertsIn,
    idOf: ({ fingerprint }) => fingerprint,
    // The labels are in the fingerprint.
    contentOf: ({ fingerprint, labels, updatedAtMs, endsAtMs, ...content }) => JSON.stringify(content),
    touchOf: ({ fingerprint, updatedAtMs, endsAtMs }) => [fingerprint, updatedAtMs, endsAtMs],
  },
  silences: {
    read: silencesIn,
    idOf: ({ id }) => id,
    contentOf: (silence) => JSON.stringify(silence),
    touchOf: () => null,
  },
};

/** What the last answer of a source held, as short as it can be compared. */
interface Known {
  readonly digest: string;
  readonly items: ReadonlyMap<string, { readonly content: string; readonly updatedAtMs: number }>;
}

/**
 * Reads the answers of Alertmanagers, each against the one before it of the same source: what did not change is told to
 * nobody, and an answer of the same bytes is not even parsed.
 */
export class AnswerReader {
  readonly #known = new Map<string, Known>();

  /** Throws `UnexpectedShape`, or `SyntaxError` for what is no JSON; then the next one is compared with the one before this. */
  read<K extends HeldKind>(source: string, kind: K, bytes: Uint8Array): AnswerDiff<Held[K]> {
    const key = `${kind} ${source}`;
    const digest = createHash("sha1").update(bytes).digest("base64");
    const known = this.#known.get(key);
    if (known?.digest === digest) return noDiff;
    const { read, idOf, contentOf, touchOf } = rules[kind];
    const items = new Map<string, { content: string; updatedAtMs: number }>();
    const changed: Held[K][] = [];
    const touched: Touch[] = [];
    for (const item of read(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()))) {
      const [content, touch, before] = [contentOf(item), touchOf(item), known?.items.get(idOf(item))];
      items.set(idOf(item), { content, updatedAtMs: touch?.[1] ?? 0 });
      if (before?.content !== content) changed.push(item);
      else if (touch !== null && touch[1] !== before.updatedAtMs) touched.push(touch);
    }
    const removed = [...(known?.items.keys() ?? [])].filter((id) => !items.has(id));
    this.#known.set(key, { digest, items });
    return { isWhole: known === undefined, changed, removed, touched };
  }
}
