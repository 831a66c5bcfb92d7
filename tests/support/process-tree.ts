import { readdirSync, readFileSync } from "node:fs";
import { waitFor } from "./wait-for.js";

/** A process as the kernel shows it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Whether it runs; what has ended and only waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  return readEntry(pid) !== undefined;
}

/** All processes that descend from this one. */
export function descendantsOf(pid: number): readonly ProcessEntry[] {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readEntry(Number(name)) ?? []) : []));
  const below = (parent: number): readonly ProcessEntry[] =>
    all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(pid);
}

/** Resolves once none of them runs any more; at the deadline it says which still do. */
export async function allGone(entries: readonly ProcessEntry[], deadlineMs = 10_000): Promise<void> {
  await waitFor(() => entries.every(({ pid }) => !isAlive(pid)), {
    get what() {
      return `these to be gone: ${entries.filter(({ pid }) => isAlive(pid)).map(({ command }) => command)}`;
    },
    deadlineMs,
  });
}

function readEntry(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z") return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: Number(parent), command };
  } catch {
    return undefined;
  }
}
