import type { Outputs } from "../outputs/make-outputs.js";
import type { Output } from "../outputs/output.js";
import type { Problem } from "../render/problem.js";
import { refusalOf } from "./refusal-of.js";

/** The outputs whose folders can be read, and why the others are left alone in this cycle. */
export interface UsableOutputs {
  readonly made: Outputs;
  readonly unusable: readonly Problem[];
}

/** Looks into the folder of each output, so that one that cannot be read does not stop the others. */
export function usableOutputs(made: Outputs): UsableOutputs {
  const problems = new Map(made.outputs.map((output) => [output, problemOf(output)]));
  return {
    made: { ...made, outputs: made.outputs.filter((output) => problems.get(output) === undefined) },
    unusable: [...problems.values()].filter((problem) => problem !== undefined),
  };
}

function problemOf(output: Output): Problem | undefined {
  try {
    output.tree.current();
    for (const folder of output.projectFolders) output.tree.inUse.list(folder);
    return undefined;
  } catch (error) {
    const problem = refusalOf(error, output);
    if (problem === undefined) throw error;
    return problem;
  }
}
