import { readFileSync } from "node:fs";
import type { RunningProcess } from "../demo/start-process.js";
import { quantile } from "./statistics.js";

/** Megabytes that a process holds. */
export interface ProcessMemory {
  /** Of the machine's memory. */
  readonly resident: number;
  /** Of that, objects in use. */
  readonly heap: number;
}

// What `getconf CLK_TCK` says on every Linux that Node.js runs on.
const ticksPerSecond = 100;
const tries = 7;

/** Processor seconds that a process has taken until now, its threads' among them. */
export function cpuSeconds({ pid }: RunningProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, which may hold anything, ends with the last bracket; the state is the third field of all.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [fields[11], fields[12]];
  return (Number(user) + Number(system)) / ticksPerSecond;
}

/** The share of a core that each of the processes takes in a time. */
export async function coreShares(processes: readonly RunningProcess[], seconds: number): Promise<readonly number[]> {
  const [before, startedAt] = [processes.map(cpuSeconds), performance.now()];
  await pause(seconds * 1_000);
  const elapsed = (performance.now() - startedAt) / 1_000;
  return processes.map((running, index) => (cpuSeconds(running) - (before[index] ?? 0)) / elapsed);
}

/** What a server holds once garbage is collected: the median of several looks, as each may fall into a poll. */
export async function memoryOf(server: RunningProcess, metricsUrl: string): Promise<ProcessMemory> {
  const looks: ProcessMemory[] = [];
  for (let attempt = 0; attempt < tries; attempt++) {
    server.signal("SIGUSR2");
    const metrics = await (await fetch(metricsUrl)).text();
    const megabytes = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]) / 1e6;
    looks.push({
      resident: megabytes("process_resident_memory_bytes"),
      heap: megabytes("nodejs_heap_size_used_bytes") + megabytes("nodejs_external_memory_bytes"),
    });
    await pause(350);
  }
  const median = (of: (look: ProcessMemory) => number) => quantile(looks.map(of), 0.5);
  return { resident: median(({ resident }) => resident), heap: median(({ heap }) => heap) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
