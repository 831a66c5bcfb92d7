import type { AlertmanagerClient, SilenceText } from "../clients/alertmanager-client.js";
import { NotFoundError } from "../core/errors.js";
import type { Silence } from "./silence.js";
import { type WantedSilence, wantedEnd, wantedText } from "./wanted-silence.js";

/** A write of one silence. */
export interface SilenceWrite {
  /** The silence that is changed; null for a new one. */
  readonly before: Silence | null;
  readonly wanted: WantedSilence;
  /** Sends it, and answers the id that Alertmanager gives. */
  readonly put: (client: AlertmanagerClient) => Promise<string>;
}

/** By how much the clock of an Alertmanager may be behind ours without silences beginning late. */
const mostBehindMs = 3_600_000;

/**
 * The text as it is sent: one that is to begin by now begins before, which Alertmanager makes its own now. Its clock may be
 * behind ours, if only by milliseconds, and what is pending when it is read afterwards keeps nothing quiet.
 */
export function beginning(text: SilenceText, nowMs: number): SilenceText {
  return text.startsAtMs > nowMs ? text : { ...text, startsAtMs: Math.min(text.startsAtMs, nowMs - mostBehindMs) };
}

/** The write that makes a silence. */
export function creation(cluster: string, text: SilenceText, nowMs: number): SilenceWrite {
  const sent = beginning(text, nowMs);
  return { before: null, wanted: wantedText(cluster, text, nowMs), put: (client) => client.putSilence(sent) };
}

/** The write that makes `text` of a silence, under its id or a new one. */
export function change(before: Silence, text: SilenceText, nowMs: number): SilenceWrite {
  const { cluster, uuid } = before;
  // Alertmanager keeps the id of one in force whose start stays as it is.
  const sent = text.startsAtMs === before.text.startsAtMs ? text : beginning(text, nowMs);
  return { before, wanted: wantedText(cluster, text, nowMs), put: (client) => client.putSilence(sent, uuid) };
}

/** The write that ends a silence now. */
export function end(before: Silence, nowMs: number): SilenceWrite {
  const { uuid } = before;
  const put = async (client: AlertmanagerClient) => {
    if (!(await client.expireSilence(uuid))) throw new NotFoundError("Silence");
    return uuid;
  };
  return { before, wanted: wantedEnd(before, nowMs), put };
}
