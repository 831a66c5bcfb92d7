import { isDeepStrictEqual } from "node:util";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { Act, Description } from "../audit/change.js";
import type { PendingWrite } from "../audit/pending-write.js";
import type { Witness } from "../audit/unsettled-writes.js";
import { Silence } from "./silence.js";
import { describe } from "./silence-acts.js";

/** How long a write may take to show in what is read of an Alertmanager. */
const settlingMs = 60_000;

/** Looks for a silence of which nobody knows whether it was written, in what its Alertmanager holds a while later. */
export class SilenceWitness implements Witness {
  constructor(private readonly live: LiveAlerts) {}

  async seen(row: PendingWrite): Promise<readonly Act[] | null> {
    const wanted = row.after ?? {};
    const snapshot = await this.live.snapshot();
    const health = this.live.health.find(({ name }) => name === wanted.cluster);
    if (health === undefined) return [];
    const readMs = health.lastSyncAt?.getTime() ?? 0;
    if (snapshot === null || readMs < row.at.getTime() + settlingMs) return null;
    const held = snapshot.silences.filter(({ cluster }) => cluster === health.name).map((one) => new Silence(one));
    const [own, others] = [held.filter(({ id }) => id === row.entityId), held.filter(({ id }) => id !== row.entityId)];
    const isEnd = wanted.state === "EXPIRED";
    const found = isEnd ? own.filter(endedBefore(row.before)) : [...own, ...others].filter(madeOf(wanted, row.actor));
    return found.map((silence) => actOn(row, silence, wanted));
  }
}

function actOn({ action, entityType, projectId, before }: PendingWrite, silence: Silence, wanted: Description): Act {
  // What it came to since, such as its end, is not of this write.
  const after = { ...describe(silence), state: wanted.state };
  return { action, entityType, entityId: silence.id, projectId, before, after };
}

/** Ended, and not because its time had come. */
function endedBefore(before: Description | null): (silence: Silence) => boolean {
  return ({ state, endsAt }) => state === "EXPIRED" && endsAt.getTime() < timeOf(before?.endsAt);
}

/** A start that was past has become the moment of the write. */
function madeOf(wanted: Description, author: string): (silence: Silence) => boolean {
  const matchers = inOrder(wanted.matchers);
  return (silence) =>
    silence.createdBy === author &&
    silence.comment === wanted.comment &&
    silence.endsAt.getTime() === timeOf(wanted.endsAt) &&
    (wanted.state !== "PENDING" || silence.startsAt.getTime() === timeOf(wanted.startsAt)) &&
    isDeepStrictEqual(inOrder(describe(silence).matchers), matchers);
}

function inOrder(matchers: unknown): readonly string[] {
  return Array.isArray(matchers) ? matchers.map(String).sort() : [];
}

function timeOf(time: unknown): number {
  return typeof time === "string" ? Date.parse(time) : Number.NaN;
}
