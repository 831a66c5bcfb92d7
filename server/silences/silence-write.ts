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

/** The write that makes a silence. */
export function creation(cluster: string, text: SilenceText, nowMs: number): SilenceWrite {
  return { before: null, wanted: wantedText(cluster, text, nowMs), put: (client) => client.putSilence(text) };
}

/** The write that makes `text` of a silence, under its id or a new one. */
export function change(before: Silence, text: SilenceText, nowMs: number): SilenceWrite {
  const { cluster, uuid } = before;
  return { before, wanted: wantedText(cluster, text, nowMs), put: (client) => client.putSilence(text, uuid) };
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
