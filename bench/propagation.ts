import { existsSync, readFileSync } from "node:fs";
import type { Client } from "@metricsinfra/sdk";
import { type PropagationStack, startPropagationStack } from "./propagation-stack.js";
import { medianAndP95, quantile } from "./statistics.js";

const changes = 30;
const aimMs = 300;

/** Milliseconds of one change: our share, and what Prometheus took from there. */
interface Sample {
  readonly ours: number;
  readonly theirs: number;
}

const sizes = process.argv.slice(2).map(Number);
for (const projects of sizes.length > 0 ? sizes : [1, 1_000]) await measure(projects);

async function measure(projects: number): Promise<void> {
  const stack = await startPropagationStack();
  try {
    const name = await lay(stack.client, projects);
    await stack.startAgent();
    const project = await stack.client.projects.find(name);
    if (!project) throw new Error("The bench's project is not there.");
    const rules = await repeated(() => changeRule(stack, project.id));
    const targets = await repeated((index) => changeTarget(stack, project.id, name, index));
    const bare = await repeated(() => bareReload(stack));
    report(projects, rules, targets, bare);
  } finally {
    await stack.stop();
  }
}

/** Creates the projects, each with a scrape job of one target and five rules; the last one's name is answered. */
async function lay(client: Client, count: number): Promise<string> {
  const name = (index: number) => `bench-${index}`;
  for (let index = 1; index <= count; index++) {
    const { project } = await client.projects.create({ name: name(index) });
    await client.scrapeJobs.create({
      project: project.id,
      name: "node",
      staticTargets: [{ host: "127.0.0.1", port: 9 }],
    });
    for (let rule = 1; rule <= 5; rule++) {
      await client.alertingRules.create({
        project: project.id,
        name: `Rule${rule}`,
        expr: `up{job="node"} == ${rule}`,
        for: "5m",
      });
    }
  }
  return name(count);
}

async function changeRule({ client, spy, prometheusUrl }: PropagationStack, project: string): Promise<Sample> {
  const name = `Changed${Math.round(performance.now() * 1_000)}`;
  await client.alertingRules.create({ project, name, expr: "up == 0" });
  const answered = performance.now();
  const reload = await spy.reloadAfter(answered - 5); // the agent hears of a change before its author does
  await until(async () => JSON.stringify(await read(`${prometheusUrl}/api/v1/rules`)).includes(name));
  return { ours: Math.max(0, reload.askedAt - answered), theirs: reload.answeredAt - reload.askedAt };
}

async function changeTarget(stack: PropagationStack, project: string, name: string, index: number): Promise<Sample> {
  const { client, prometheusUrl, targetFile } = stack;
  const port = 20_000 + index;
  const file = targetFile(name);
  await client.scrapeJobs.create({ project, name: `changed-${index}`, staticTargets: [{ host: "127.0.0.1", port }] });
  const answered = performance.now();
  await until(async () => existsSync(file) && readFileSync(file, "utf8").includes(`:${port}`), 1);
  const written = performance.now();
  await until(async () =>
    JSON.stringify(await read(`${prometheusUrl}/api/v1/targets?state=active`)).includes(`:${port}`),
  );
  return { ours: written - answered, theirs: performance.now() - written };
}

/** The limit: a reload of the same configuration, nothing changed. */
async function bareReload({ prometheusUrl }: PropagationStack): Promise<Sample> {
  const asked = performance.now();
  const response = await fetch(`${prometheusUrl}/-/reload`, { method: "POST" });
  if (!response.ok) throw new Error(`Prometheus refused a reload: ${await response.text()}`);
  return { ours: 0, theirs: performance.now() - asked };
}

async function repeated(work: (index: number) => Promise<Sample>): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let index = 0; index < changes; index++) samples.push(await work(index));
  return samples;
}

function report(projects: number, rules: Sample[], targets: Sample[], bare: Sample[]): void {
  const ours = (samples: Sample[]) => samples.map((sample) => sample.ours);
  const theirs = (samples: Sample[]) => samples.map((sample) => sample.theirs);
  const total = (samples: Sample[]) => samples.map((sample) => sample.ours + sample.theirs);
  const row = (label: string, values: number[]) => console.log(`  ${label.padEnd(58)} ${medianAndP95(values)}`);
  console.log(`\n${projects} project(s), ${changes} changes of each kind; ms          ${" ".repeat(18)}median     p95`);
  row("rule: ours, answer → files switched and reload asked", ours(rules));
  row("rule: Prometheus's own reload", theirs(rules));
  row("rule: in all, answer → loaded", total(rules));
  row("limit: bare reload of the same configuration", theirs(bare));
  row("target: ours, answer → file written", ours(targets));
  row("target: Prometheus's own, until its API shows it (5 s throttle)", theirs(targets));
  row("target: in all", total(targets));
  const share = quantile(ours(rules), 0.95);
  const limit = quantile(theirs(bare), 0.5);
  console.log(
    `  our share p95 ${share.toFixed(0)} ms: ${(share / aimMs).toFixed(2)} of the aim of ${aimMs} ms, ${(share / limit).toFixed(2)} of a bare reload`,
  );
}

async function read(url: string): Promise<unknown> {
  const response = await fetch(url);
  return response.json();
}

async function until(condition: () => Promise<boolean>, intervalMs = 25): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error("Prometheus did not show the change within 60 s.");
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
