import { z } from "zod";

/** The folder of what is remembered of projects that moved to another shard, a file for each. */
export const movedFolder = "moved";

/** Prometheus tells of an alert that is over for a quarter of an hour; a clock may be set meanwhile. */
const rememberedMs = 3_600_000;

const moved = z.object({ movedAwayAt: z.iso.datetime() });

/** What is remembered of a project that moved to another shard at this time. */
export function renderMoved(at: Date): string {
  return `${JSON.stringify({ movedAwayAt: at.toISOString() })}\n`;
}

/** Whether its last alerts of here may still be told as over, while those of the other shard are not. */
export function isRemembered(text: string, now: Date): boolean {
  const parsed = moved.safeParse(JSON.parse(text));
  return parsed.success && now.getTime() - Date.parse(parsed.data.movedAwayAt) < rememberedMs;
}
