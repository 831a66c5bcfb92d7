import { parseArgs } from "node:util";
import { type AlertQuestion, alertQuestions } from "./alert-questions.js";
import { type AlertStack, startAlertStack } from "./alert-stack.js";
import { measureOurs, measureTheirs, refusalOf } from "./ask-alerts.js";
import { coreShares, memoryOf, type ProcessMemory } from "./process-cost.js";
import type { LoadResult } from "./request-load.js";

/** The number of alerts that the aims are about, and the one that must not make the same answer slower. */
const [aimedSize, largeSize] = [10_000, 50_000];
/** How many times the latency at `aimedSize` the same answer may take at `largeSize`. */
const growthAim = 1.5;
/** The most of a core that polling `aimedSize` alerts may take beside polling none. */
const idleAim = 0.05;
const idleSeconds = 30;
const warmUpSeconds = 5;
const connectionCounts = [1, 16];

/** Our medians over one connection, in milliseconds, by question and then by size. */
const medians = new Map<string, Map<number, number>>();
const missed: string[] = [];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "2" }, "no-idle": { type: "boolean", default: false } },
});
const seconds = Number(values.seconds);

const empty = await startAlertStack(0);
try {
  const base = await memoryOf(empty.server, empty.metricsUrl);
  console.log(`A server without alerts holds ${shown(base)}.`);
  for (const size of positionals.length > 0 ? positionals.map(Number) : [1_000, aimedSize, largeSize]) {
    const stack = await startAlertStack(size);
    try {
      console.log(`\n${size} alerts, 200 projects, 200 silences`);
      reportMemory(size, base, await memoryOf(stack.server, stack.metricsUrl));
      await measureQuestions(stack);
      // Last, when all that comes with new alerts is done.
      if (size === aimedSize && !values["no-idle"]) await measureIdle(empty, stack);
    } finally {
      await stack.stop();
    }
  }
} finally {
  await empty.stop();
}
compareSizes();
for (const miss of missed) console.log(`Missed: ${miss}`);
if (missed.length > 0) process.exitCode = 1;

function shown({ resident, heap }: ProcessMemory): string {
  return `${resident.toFixed(0)} MB, ${heap.toFixed(0)} MB of them objects`;
}

function reportMemory(size: number, base: ProcessMemory, full: ProcessMemory): void {
  const each = (of: keyof ProcessMemory) => (((full[of] - base[of]) / size) * 1_000).toFixed(2);
  console.log(
    `  memory: ${shown(full)}; for each 1,000 alerts ${each("resident")} MB, ${each("heap")} MB of them objects`,
  );
}

async function measureIdle(without: AlertStack, full: AlertStack): Promise<void> {
  const [idle = 0, polling = 0] = await coreShares([without.server, full.server], idleSeconds);
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  console.log(
    `  idle poll: ${percent(polling - idle)} of a core (${percent(polling)}, and ${percent(idle)} without alerts); aim ${percent(idleAim)}`,
  );
  if (polling - idle > idleAim) {
    missed.push(`the idle poll of ${full.alerts} alerts takes ${percent(polling - idle)} of a core`);
  }
}

async function measureQuestions(stack: AlertStack): Promise<void> {
  // As a server is that has run for a while: its code compiled for what it does.
  const [first] = alertQuestions;
  if (first !== undefined) await measureOurs(stack, first, 1, warmUpSeconds);
  const numbers = (side: string) =>
    `${`${side}/s`.padStart(8)} ${"p50 ms".padStart(8)} ${"p95 ms".padStart(8)} ${"kB".padStart(6)}`;
  console.log(`  ${"question".padEnd(30)} conn. ${numbers("ours")}   ${numbers("theirs")}   ratio`);
  // Alertmanager has one answer to several of the questions.
  const known = new Map<string, LoadResult>();
  for (const question of alertQuestions) {
    const { name, aim, theirs: path } = question;
    const refusal = await refusalOf(stack, question);
    if (refusal !== null) {
      console.log(`  ${name.padEnd(30)} skipped: ${refusal}`);
      if (stack.alerts === aimedSize && aim !== undefined) missed.push(`${name} cannot be asked`);
      continue;
    }
    for (const connections of connectionCounts) {
      const ours = await measureOurs(stack, question, connections, seconds);
      const key = `${path} ${connections}`;
      const theirs = known.get(key) ?? (await measureTheirs(stack, question, connections, seconds));
      known.set(key, theirs);
      report(stack, question, ours, theirs);
    }
  }
}

function report(stack: AlertStack, { name, aim }: AlertQuestion, ours: LoadResult, theirs: LoadResult): void {
  const numbers = ({ perSecond, medianMs, p95Ms, bytes }: LoadResult) =>
    `${perSecond.toFixed(perSecond < 100 ? 1 : 0).padStart(8)} ${medianMs.toFixed(2).padStart(8)} ${p95Ms.toFixed(2).padStart(8)} ${(bytes / 1_000).toFixed(0).padStart(6)}`;
  const ratio = ours.perSecond / theirs.perSecond;
  const isJudged = stack.alerts === aimedSize && aim !== undefined;
  const fewer = theirs.connections === ours.connections ? "" : ` (theirs over ${theirs.connections})`;
  console.log(
    `  ${name.padEnd(30)} ${String(ours.connections).padStart(5)} ${numbers(ours)}   ${numbers(theirs)}   ${ratio.toFixed(ratio < 10 ? 1 : 0)}${isJudged ? ` (aim ${aim})` : ""}${fewer}`,
  );
  if (isJudged && ratio < aim) {
    missed.push(`${name}, ${ours.connections} connection(s): ${ratio.toFixed(1)} times Alertmanager, not ${aim}`);
  }
  if (ours.connections > 1) return;
  medians.set(name, (medians.get(name) ?? new Map<number, number>()).set(stack.alerts, ours.medianMs));
}

/** The same answer must cost the same, however many other alerts there are. */
function compareSizes(): void {
  for (const [name, bySize] of medians) {
    const [before, after] = [bySize.get(aimedSize), bySize.get(largeSize)];
    if (before === undefined || after === undefined) continue;
    const growth = after / before;
    console.log(
      `\n${name}: ${after.toFixed(2)} ms at ${largeSize} alerts, ${growth.toFixed(2)} of that at ${aimedSize}; aim ${growthAim}`,
    );
    if (growth > growthAim) missed.push(`${name} takes ${growth.toFixed(2)} times as long at ${largeSize} alerts`);
  }
}
