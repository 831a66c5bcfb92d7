import { startProcess } from "../demo/start-process.js";
import { poison, projectName } from "./render-data.js";
import { RenderStack, type Run } from "./render-stack.js";

/** What one changed project may cost to check, as a share of checking everything. */
const worstShare = 1 / 20;
const projects = Number(process.argv[2] ?? 5_000);
const held = 50;

const stack = new RenderStack();
try {
  await stack.start(projects, projects);
  console.log(`${projects} projects with one target and 5 rules each`);
  print("all written", await stack.once());
  const readyMs = await stack.startServices();
  print("all loaded", await stack.once(), `Prometheus and Alertmanager were ready after ${seconds(readyMs)}`);

  const wholeMs = await checkAll();
  console.log(`  ${"promtool on all".padEnd(22)} ${seconds(wholeMs)}: what a check of everything would take`);
  const one = await changed(7);
  print("one rule changed", one, `its check: ${share(one, wholeMs)}`);

  poison(stack.databaseFile, held);
  print(`${held} that promtool refuses`, await stack.once());
  const besideHeld = await changed(projects - 1);
  print(`one beside ${held} held`, besideHeld, `its check: ${share(besideHeld, wholeMs)}`);
  if ([one, besideHeld].some((run) => checkMs(run) > wholeMs * worstShare)) process.exitCode = 1;
} finally {
  await stack.stop();
  stack.remove();
}

/** `promtool check config` of the config in use, which reads all rule files too. */
async function checkAll(): Promise<number> {
  const startedAt = performance.now();
  const args = ["check", "config", "--lint=none", stack.configFile("prometheus")];
  const child = await startProcess({ name: "promtool", command: "promtool", args });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`promtool failed (${code}):\n${child.output.slice(-2_000)}`);
  return performance.now() - startedAt;
}

async function changed(index: number): Promise<Run> {
  const project = await stack.client.projects.find(projectName(index));
  if (project === null) throw new Error("The bench's project is not there.");
  await stack.client.alertingRules.create({ project: project.id, name: "New", expr: "up == 0" });
  return stack.once();
}

function checkMs({ phases }: Run): number {
  return phases.check ?? 0;
}

function share(run: Run, wholeMs: number): string {
  return `1/${Math.round(wholeMs / checkMs(run))} of a check of everything`;
}

function print(what: string, run: Run, comment = ""): void {
  const phases = Object.entries(run.phases).map(([phase, ms]) => `${phase} ${seconds(ms)}`);
  console.log(
    `  ${what.padEnd(22)} ${[`${seconds(run.wallMs)} wall`, ...phases, `${run.files} files`, `${run.projectProblems} problems of projects`].join(", ")}`,
  );
  if (comment !== "") console.log(`  ${" ".repeat(22)} ${comment}`);
}

function seconds(milliseconds: number): string {
  return milliseconds < 100 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`;
}
