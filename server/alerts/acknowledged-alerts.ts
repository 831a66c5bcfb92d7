/** Which firings are acknowledged, as the filters of alerts ask; known in memory, so that asking takes no time. */
export interface AcknowledgedAlerts {
  /** Grows with each change. */
  readonly revision: number;
  /** The acknowledgement in force of the firing of this alert that began then; null when there is none. */
  of(
    fingerprint: string,
    startsAtMs: number,
  ): { readonly id: string; readonly ownerName: string; readonly createdAtMs: number } | null;
  /** Calls `listener` after each change; returns how to end that. */
  onChange(listener: () => void): () => void;
}
