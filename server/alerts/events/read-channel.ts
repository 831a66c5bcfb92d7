import { type Matching, stepsPerPoint } from "../../core/matching.js";
import type { Channel } from "./channel.js";
import type { Delivery } from "./delivery.js";

/** Who reads a channel, and how. */
export interface Reading {
  readonly wantsSnapshot: boolean;
  /** Pays for what comparing takes from now on, as if the reader were alone. */
  readonly matching: Matching;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** A heartbeat is sent when nothing else was for so long. */
  readonly heartbeatMs: number;
  /** Told when the reader was too slow for the changes. */
  readonly onResync: () => void;
}

/**
 * The events of a channel for one reader, from a snapshot on, each made when the reader asks for it. What changes meanwhile
 * is told as one change; when it is too much to be kept, the reader is told to begin anew.
 */
export async function* readChannel<T, E>(channel: Channel<T, E>, reading: Reading): AsyncGenerator<E, void> {
  const { wantsSnapshot, matching, signal, heartbeatMs, onResync } = reading;
  // Of what the reader has; null when that is nothing, or too old.
  let version: number | null = null;
  let paid = channel.matching.points;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    await matching.whenAffordable();
    channel.advance();
    matching.spend((channel.matching.points - paid) * stepsPerPoint);
    paid = channel.matching.points;
    const news = newsOf(channel, version, wantsSnapshot);
    if (news === null) {
      if (channel.isKnown) version = channel.version;
      const leftMs = toldAtMs + heartbeatMs - performance.now();
      if (leftMs > 0) {
        await channel.waiters.wait(leftMs, signal);
        continue;
      }
      yield channel.heartbeat;
    } else if (news === "anew") {
      version = channel.version;
      yield channel.resync;
    } else if (news !== "gap" && (yield* eventsOf(channel, news))) {
      version = news.version;
    } else {
      version = null;
      onResync();
      if (wantsSnapshot) yield channel.resync;
    }
    toldAtMs = performance.now();
  }
}

/** What there is to tell: null for nothing, "anew" to who wants no snapshot and has nothing. */
function newsOf<T, E>(channel: Channel<T, E>, version: number | null, wantsSnapshot: boolean) {
  if (!channel.isKnown) return null;
  if (version !== null) return channel.since(version);
  return wantsSnapshot ? channel.snapshot : "anew";
}

/** The events of a delivery; returns whether that was all of them. */
async function* eventsOf<T, E>(channel: Channel<T, E>, delivery: Delivery<E>): AsyncGenerator<E, boolean> {
  const release = channel.hold(delivery);
  try {
    for (let index = 0; index < delivery.length; index++) {
      const event = delivery.event(index);
      if (event === null) return false;
      yield event;
    }
    return true;
  } finally {
    release();
  }
}
