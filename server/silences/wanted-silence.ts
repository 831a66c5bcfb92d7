import type { SilenceText, UpstreamSilence } from "../clients/alertmanager-client.js";
import { Silence } from "./silence.js";

/** What a silence is to be; its id is for Alertmanager to give. */
export interface WantedSilence {
  readonly cluster: string;
  readonly silence: Omit<UpstreamSilence, "id">;
}

/** A silence that is written as this text at this time. */
export function wantedText(cluster: string, text: SilenceText, nowMs: number): WantedSilence {
  const { matchers, startsAtMs, endsAtMs, createdBy, comment } = text;
  const state = startsAtMs > nowMs ? "PENDING" : "ACTIVE";
  return { cluster, silence: { matchers, startsAtMs, endsAtMs, createdBy, comment, state, updatedAtMs: nowMs } };
}

/** The silence when it is ended at this time. */
export function wantedEnd({ cluster, text }: Silence, nowMs: number): WantedSilence {
  const { silence } = wantedText(cluster, text, nowMs);
  const startsAtMs = Math.min(silence.startsAtMs, nowMs);
  return { cluster, silence: { ...silence, startsAtMs, endsAtMs: nowMs, state: "EXPIRED" } };
}

/** It, once Alertmanager has given the id. */
export function granted({ cluster, silence }: WantedSilence, uuid: string): Silence {
  return new Silence({ cluster, silence: { ...silence, id: uuid } });
}
