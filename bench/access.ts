import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@metricsinfra/sdk";
import { freePorts, ServerFolder } from "./server-process.js";
import { quantile } from "./statistics.js";

/** What authentication and policy may cost: so many times the same request without them. */
const aim = 1.1;
const rounds = 40;
const perRound = 50;

/** Requests as people and dashboards make them. The first does nothing but find out who asks: the worst case. */
const requests: Readonly<Record<string, { readonly query: string; readonly counts: boolean }>> = {
  "who am I": { query: "{ viewer { kind } }", counts: false },
  "one project": { query: '{ project(name: "project-7") { name description version } }', counts: true },
  "a project with its 20 rules": {
    query: '{ project(name: "project-7") { name rules(first: 50) { nodes { name expr enabled } } } }',
    counts: true,
  },
  "50 projects with their rules": {
    query: "{ projects(first: 50) { nodes { name rules(first: 5) { nodes { name } } } } }",
    counts: true,
  },
};

/** Fifty projects; the member that asks has a role in each. */
async function seed(client: Client): Promise<string> {
  const memberships: { project: string; role: "MEMBER" }[] = [];
  for (let index = 0; index < 50; index++) {
    const { project } = await client.projects.create({ name: `project-${index}` });
    memberships.push({ project: project.id, role: "MEMBER" });
    for (let rule = 0; rule < (index === 7 ? 20 : 5); rule++) {
      await client.alertingRules.create({ project: project.id, name: `Rule${rule}`, expr: `up == ${rule}` });
    }
  }
  return (await client.apiTokens.create({ name: "bench", memberships })).secret;
}

async function meanMs(url: string, query: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const startedAt = performance.now();
  for (let request = 0; request < perRound; request++) {
    const body = JSON.stringify({ query });
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
    });
    const answer = (await response.json()) as { readonly errors?: unknown };
    if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  }
  return (performance.now() - startedAt) / perRound;
}

const folder = mkdtempSync(join(tmpdir(), "metricsinfra-access-"));
const [guardedPort = 0, openPort = 0] = await freePorts(2);
const [guardedFolder, openFolder] = [join(folder, "guarded"), join(folder, "open")];
for (const one of [guardedFolder, openFolder]) mkdirSync(one);
try {
  const guarded = new ServerFolder(guardedFolder, guardedPort);
  const operator = await guarded.token("OPERATOR");
  const seeding = await guarded.start();
  const member = await seed(createClient({ url: guarded.url, token: operator }));
  await seeding.stop();
  // The same data behind open doors: no token is looked up, nothing is asked of the policy.
  const open = new ServerFolder(openFolder, openPort, { access: { anonymous: "VIEWER" } });
  copyFileSync(guarded.databaseFile, open.databaseFile);
  const doors = new URL("open-doors.js", import.meta.url).pathname;
  const servers = [await guarded.start(), await open.start(["--import", doors])];
  const headers = { authorization: `Bearer ${member}` };
  console.log(`${"request".padEnd(30)} ${"with ms".padStart(8)} ${"without".padStart(8)}   ratio (aim ${aim})`);
  for (const [name, { query, counts }] of Object.entries(requests)) {
    await meanMs(guarded.url, query, headers);
    await meanMs(open.url, query, {});
    const samples: { with: number; without: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      samples.push({ with: await meanMs(guarded.url, query, headers), without: await meanMs(open.url, query, {}) });
    }
    const ratio = quantile(
      samples.map((sample) => sample.with / sample.without),
      0.5,
    );
    const [withMs, withoutMs] = [samples.map((one) => one.with), samples.map((one) => one.without)];
    console.log(
      `${name.padEnd(30)} ${quantile(withMs, 0.5).toFixed(2).padStart(8)} ${quantile(withoutMs, 0.5).toFixed(2).padStart(8)}   ${ratio.toFixed(2)}`,
    );
    if (counts && ratio > aim) process.exitCode = 1;
  }
  for (const server of servers) await server.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
