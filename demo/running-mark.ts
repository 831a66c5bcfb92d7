import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { DemoFailure } from "./demo-failure.js";

/**
 * Marks the data folder as in use by this process: two demos on one folder would ruin each other's settings. Throws a
 * DemoFailure when another one runs. Gives the function that takes the mark away.
 */
export function markRunning(file: string): () => void {
  const other = readMark(file);
  if (other !== undefined && other.startTime === startTimeOf(other.pid)) {
    throw new DemoFailure(
      `the demo is running already (process ${other.pid}); another one needs its own --data folder`,
    );
  }
  writeFileSync(file, `${process.pid} ${startTimeOf(process.pid)}\n`);
  return () => rmSync(file, { force: true });
}

function readMark(file: string): { readonly pid: number; readonly startTime: string } | undefined {
  try {
    const [pid, startTime = ""] = readFileSync(file, "utf8").trim().split(" ");
    return { pid: Number(pid), startTime };
  } catch {
    return undefined;
  }
}

/** A process id is used again; together with the time of its start it is not. */
function startTimeOf(pid: number): string | undefined {
  try {
    // The name, in brackets, may hold anything; what follows it is field 3 and on, the start time is field 22.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
