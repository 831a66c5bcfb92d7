import type { AlertmanagerClient } from "../clients/alertmanager-client.js";

/** A silence as it was written to one member of a cluster. */
export interface WrittenSilence {
  readonly uuid: string;
  /** In milliseconds; null when it could not be read back. */
  readonly updatedAtMs: number | null;
}

/** Whether another member has these, or something newer. */
export async function haveArrived(client: AlertmanagerClient, written: readonly WrittenSilence[]): Promise<boolean> {
  for (const { uuid, updatedAtMs } of written) {
    const held = await client.silence(uuid);
    if (held === null || (updatedAtMs !== null && held.updatedAtMs < updatedAtMs)) return false;
  }
  return true;
}
