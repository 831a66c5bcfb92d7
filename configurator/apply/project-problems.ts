import type { AgentState } from "../disk/agent-state.js";
import type { Changes } from "../fetch/fetch-changes.js";
import { type OutputName } from "../render/render-project.js";
import type { HeldProject } from "./stage-release.js";

/** A project that an output holds back. */
export interface HeldInOutput extends HeldProject {
  readonly output: OutputName;
}

/** By project what stands in its way: what stood before, with the changed projects' problems replaced. */
export function projectProblems(
  before: AgentState["problems"],
  changes: Changes,
  held: readonly HeldInOutput[],
): AgentState["problems"] {
  const problems = new Map(changes.full ? [] : Object.entries(before));
  for (const { id } of changes.deleted) problems.delete(id);
  if (changes.globalRules !== undefined) problems.delete("");
  for (const project of changes.projects) {
    const own = held.filter(({ name }) => name === project.name);
    const all = [...project.problems, ...own.map((one) => heldProblem(one, project.id))];
    if (all.length === 0) problems.delete(project.id);
    else problems.set(project.id, all);
  }
  const names = new Set(changes.projects.map(({ name }) => name));
  const ofNone = held.filter(({ name }) => !names.has(name)).map((one) => heldProblem(one));
  const earlier = (problems.get("") ?? []).filter((one) => !ofNone.some(({ file }) => file === one.file));
  if (ofNone.length > 0) problems.set("", [...earlier, ...ofNone]);
  return Object.fromEntries(problems);
}

function heldProblem({ output, file, message, isRemoved }: HeldInOutput, project?: string) {
  const kept = isRemoved === true ? "the machine has none now" : "the machine keeps what it had of this file";
  return { ...(project === undefined ? {} : { project }), file: `${output}/${file}`, message: `${message} (${kept})` };
}
