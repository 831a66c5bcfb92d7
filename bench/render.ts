import { projectName } from "./render-data.js";
import { RenderStack, type Run } from "./render-stack.js";

/** One size, and what the system that this one replaces takes for it, in seconds. */
interface Size {
  readonly projects: number;
  readonly targets: number;
  readonly replaced: { readonly full: number; readonly unchanged: number };
}

const sizes: readonly Size[] = [
  { projects: 200, targets: 335, replaced: { full: 2.6, unchanged: 2.4 } },
  { projects: 1_000, targets: 5_000, replaced: { full: 12.9, unchanged: 10.3 } },
  { projects: 5_000, targets: 25_000, replaced: { full: 173, unchanged: 137 } },
];

const wanted = process.argv.slice(2).map(Number);
const stacks: RenderStack[] = [];
try {
  for (const size of sizes.filter(({ projects }) => wanted.length === 0 || wanted.includes(projects))) {
    const stack = new RenderStack();
    stacks.push(stack);
    await measure(stack, size);
  }
} finally {
  for (const stack of stacks) stack.remove();
}

async function measure(stack: RenderStack, { projects, targets, replaced }: Size): Promise<void> {
  try {
    await stack.start(projects, targets);
    console.log(`\n${projects} projects, ${targets} targets, 5 rules each`);
    const full = await stack.once();
    const fullMs = shareOf(full);
    print("full", full, `fetch, render and write ${seconds(fullMs)}: ${ratio(replaced.full, fullMs)}`);

    const before = stack.lastWrite();
    const unchanged = await stack.once();
    const isUntouched = stack.lastWrite() === before;
    const touched = isUntouched ? "no file touched" : "FILES WERE TOUCHED";
    print("nothing changed", unchanged, `${touched}: ${ratio(replaced.unchanged, unchanged.wallMs)}`);

    const startMs = await stack.startServices();
    console.log(`  Prometheus and Alertmanager were ready after ${seconds(startMs)}`);
    await changeRule(stack);
    print("one rule changed", await stack.once());
    await changeTarget(stack);
    print("one target changed", await stack.once());
    await changeContact(stack);
    print("one contact changed", await stack.once());
    if (unchanged.requests !== 1 || !isUntouched) process.exitCode = 1;
  } finally {
    await stack.stop();
  }
}

async function changeRule({ client }: RenderStack): Promise<void> {
  const project = await client.projects.find(projectName(7));
  if (project === null) throw new Error("The bench's project is not there.");
  await client.alertingRules.create({ project: project.id, name: "New", expr: "up == 0" });
}

async function changeTarget({ client }: RenderStack): Promise<void> {
  const project = await client.projects.find(projectName(8));
  if (project === null) throw new Error("The bench's project is not there.");
  const staticTargets = [{ host: "192.0.2.99", port: 9100 }];
  await client.scrapeJobs.create({ project: project.id, name: "new", staticTargets });
}

async function changeContact({ client }: RenderStack): Promise<void> {
  const project = await client.projects.find(projectName(9));
  if (project === null) throw new Error("The bench's project is not there.");
  const contacts = [{ type: "EMAIL" as const, value: "new@example.org" }];
  await client.contactGroups.create({ project: project.id, name: "new", contacts, makeDefault: true });
}

/** Without checks and reloads, and without the start of the process. */
function shareOf({ phases }: Run): number {
  return (phases.fetch ?? 0) + (phases.render ?? 0) + (phases.write ?? 0);
}

function print(what: string, run: Run, comment = ""): void {
  const phases = Object.entries(run.phases).map(([phase, ms]) => `${phase} ${seconds(ms)}`);
  const figures = [
    `${seconds(run.wallMs)} wall`,
    `${seconds(run.cpuMs)} of it computing`,
    ...phases,
    `${run.requests} requests`,
    `${run.files} files`,
    `${Math.round(run.maxRssBytes / 1024 / 1024)} MB`,
  ];
  console.log(`  ${what.padEnd(19)} ${figures.join(", ")}`);
  if (comment !== "") console.log(`  ${" ".repeat(19)} ${comment}`);
}

function ratio(replacedSeconds: number, milliseconds: number): string {
  const times = (replacedSeconds * 1_000) / milliseconds;
  return `${times.toFixed(1)} times faster than the replaced system's ${replacedSeconds} s`;
}

function seconds(milliseconds: number): string {
  return milliseconds < 100 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`;
}
