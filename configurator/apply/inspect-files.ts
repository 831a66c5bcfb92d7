import type { AgentState } from "../disk/agent-state.js";
import type { Output, Suspect } from "../outputs/output.js";
import type { OutputName } from "../render/render-project.js";

/** What was found of the files in use. */
export interface Inspection {
  /** By output, those that must not stay as they are. */
  readonly suspects: ReadonlyMap<OutputName, readonly Suspect[]>;
  readonly hasSuspects: boolean;
  /** The projects whose files were left for a cycle with less to do. */
  readonly left: readonly string[];
}

/** How many projects whose files nobody has read yet are looked at beside changes, which are not to wait for them. */
const mostBesideChanges = 50;

/** Looks at files in use that others may have changed since the last cycle that wrote, and at those that are unread. */
export async function inspectFiles(
  outputs: readonly Output[],
  { lastApplyAt, unread }: AgentState,
  isIdle: boolean,
): Promise<Inspection> {
  const since = lastApplyAt === null ? undefined : new Date(lastApplyAt);
  const count = isIdle ? unread.length : mostBesideChanges;
  const suspects = new Map<OutputName, readonly Suspect[]>();
  for (const output of outputs) suspects.set(output.name, await output.findSuspects(since, unread.slice(0, count)));
  const hasSuspects = [...suspects.values()].some((found) => found.length > 0);
  return { suspects, hasSuspects, left: unread.slice(count) };
}

/** The projects whose files are unread after a cycle. */
export function unreadAfter(outputs: readonly Output[], { left }: Inspection): string[] {
  return [...new Set([...outputs.flatMap(({ unread }) => unread), ...left])];
}
