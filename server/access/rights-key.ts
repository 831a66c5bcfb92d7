import type { Principal } from "./principal.js";

/** Differs between two principals of whom one may see or do anything that the other may not; who they are is not in it. */
export function rightsKey({ kind, globalRole, everyProjectRole, memberships }: Principal): string {
  return JSON.stringify([kind, globalRole, everyProjectRole, [...memberships].sort()]);
}
