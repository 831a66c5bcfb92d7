import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../support/temp-folder.js";
import { GraphServer } from "./support/graph-server.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = join(root, "node_modules");

let consumer: string;
let graph: GraphServer;
let tarball: string;

/** Runs a program of the consumer's against the stand-in, and gives what it prints. */
async function runProgram(name: string, source: string): Promise<string> {
  await writeFile(join(consumer, name), source);
  const { stdout } = await run(process.execPath, [name, graph.url], { cwd: consumer });
  return stdout.trim();
}

async function compile(name: string, source: string): Promise<string> {
  await writeFile(join(consumer, name), source);
  const options = [
    "--strict",
    "--exactOptionalPropertyTypes",
    "--noEmit",
    "--target",
    "ES2022",
    "--module",
    "NodeNext",
    "--lib",
    "ES2022,DOM",
  ];
  const tsc = [join(modules, "typescript/bin/tsc"), ...options, "--types", "", name];
  return run(process.execPath, tsc, { cwd: consumer }).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}

async function bundledBytes(name: string, source: string): Promise<number> {
  const entry = join(consumer, name);
  await writeFile(entry, source);
  const output = await build({
    root: consumer,
    logLevel: "silent",
    build: { write: false, minify: true, rolldownOptions: { input: entry, preserveEntrySignatures: "strict" } },
  });
  const [
    {
      output: [chunk],
    } = expect.fail(),
  ] = [output].flat() as { output: { code: string }[] }[];
  return gzipSync(chunk?.code ?? "").length;
}

beforeAll(async () => {
  graph = await GraphServer.start({
    revision: () => 42,
    viewer: () => ({ kind: "API_TOKEN", name: "ann", memberships: [] }),
  });
  const folder = await tempFolder("sdk");
  await run("npm", ["pack", "-w", "sdk", "--pack-destination", folder], { cwd: root });
  consumer = join(folder, "consumer");
  await mkdir(consumer);
  await writeFile(join(consumer, "package.json"), '{ "private": true }\n');
  const { version } = JSON.parse(await readFile(join(root, "sdk/package.json"), "utf8"));
  tarball = join(folder, `metricsinfra-sdk-${version}.tgz`);
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], { cwd: consumer });
  for (const name of ["gql.tada", "@gql.tada/internal", "@0no-co/graphql.web"]) {
    await cp(join(modules, name), join(consumer, "node_modules", name), { recursive: true, dereference: true });
  }
}, 180_000);

describe("the packed package, installed in an empty folder", () => {
  it("brings nothing but what it needs", async () => {
    const lock = JSON.parse(await readFile(join(consumer, "package-lock.json"), "utf8"));
    expect(Object.keys(lock.packages).sort()).toEqual([
      "",
      "node_modules/@graphql-typed-document-node/core",
      "node_modules/@metricsinfra/sdk",
      "node_modules/graphql",
      "node_modules/graphql-request",
      "node_modules/graphql-sse",
    ]);
  });

  it("is imported as an ES module", async () => {
    const program = `
      import { createClient, MetricsinfraError } from "@metricsinfra/sdk";
      const client = createClient({ url: process.argv[2], token: "t" });
      console.log(await client.revision(), new MetricsinfraError("x") instanceof Error);`;
    expect(await runProgram("consumer.mjs", program)).toBe("42 true");
  });

  it("is required as CommonJS", async () => {
    const program = `
      const { createClient } = require("@metricsinfra/sdk");
      createClient({ url: process.argv[2], token: "t" }).viewer().then(({ name }) => console.log(name));`;
    expect(await runProgram("consumer.cjs", program)).toBe("ann");
  });

  it.each(["consumer.mts", "consumer.cts"])(
    "compiles in a strict TypeScript program (%s), and its types hold",
    async (name) => {
      const good = `
      import { type Alert, createClient, type ScrapeJobCreateInput, UserInputError } from "@metricsinfra/sdk";
      const absent = [][0];
      const client = createClient({ url: "https://host/graphql", token: absent, hooks: absent });
      export async function main(): Promise<Alert[]> {
        const input: Omit<ScrapeJobCreateInput, "project"> = { name: "web", enabled: absent, staticTargets: [{ host: "a", port: 80 }] };
        const { project } = await client.projects.create({ name: "shop" });
        const { scrapeJob, revision } = await client.scrapeJobs.create({ ...input, project: project.id });
        const labels: string | undefined = scrapeJob.staticTargets[0]?.labels["x"];
        for await (const rule of client.rules.list({ project: project.id })) {
          if (rule.__typename === "AlertingRule") console.log(rule.for, rule.severity, revision, labels);
        }
        const failed = new UserInputError([{ code: "TAKEN", message: "", path: [] }]).userErrors[0]?.code === "TAKEN";
        return failed ? [] : client.alerts.list({ filter: { states: ["ACTIVE"] } }).toArray({ limit: 5 });
      }`;
      expect(await compile(name, good)).toBe("");
      const bad = good
        .replace("rule.for,", "rule.four,")
        .replace('"ACTIVE"', '"BURNING"')
        .replace("port: 80", 'port: "80"');
      const errors = [...(await compile(`bad-${name}`, bad)).matchAll(/error TS\d+: (.*)/g)].map(([, text]) => text);
      expect(
        errors.map((text) => /'four'|BURNING|'string' is not assignable to type 'number'/.exec(text ?? "")?.[0]),
      ).toEqual(["'string' is not assignable to type 'number'", "'four'", "BURNING"]);
    },
  );

  it("types custom queries with gql.tada, in the compiler and when they run", async () => {
    const query =
      "query Mine($name: String!) { project(name: $name) { name extraLabels scrapeJobs(first: 1) { nodes { scheme } } } }";
    const typed = `
      import { createClient } from "@metricsinfra/sdk";
      import { graphql, type ResultOf } from "@metricsinfra/sdk/tada";
      const Mine = graphql(\`${query}\`);
      const client = createClient({ url: "https://host/graphql" });
      export async function main(): Promise<string | undefined> {
        const { project }: ResultOf<typeof Mine> = await client.request(Mine, { name: "shop" });
        const scheme: "HTTP" | "HTTPS" | undefined = project?.scrapeJobs.nodes[0]?.scheme;
        return project?.extraLabels["team"] ?? scheme;
      }`;
    expect(await compile("tada.mts", typed)).toBe("");
    const wrong = typed.replace('{ name: "shop" }', "{ nam: 1 }");
    expect(await compile("bad-tada.mts", wrong)).toContain("error TS");
    const program = `
      import { createClient } from "@metricsinfra/sdk";
      import { graphql } from "@metricsinfra/sdk/tada";
      console.log(await createClient({ url: process.argv[2] }).request(graphql("{ revision }")));`;
    expect(await runProgram("tada.mjs", program)).toBe("{ revision: 42 }");
  });

  it("passes publint and arethetypeswrong", async () => {
    const bin = (name: string, ...args: string[]) =>
      run(join(modules, ".bin", name), [...args, tarball], { cwd: root });
    await bin("publint", "run", "--strict");
    await bin("attw", "--profile", "node16", "--exclude-entrypoints", "schema.graphql", "--");
  });

  it("ships the schema", async () => {
    const shipped = await readFile(join(consumer, "node_modules/@metricsinfra/sdk/dist/schema.graphql"), "utf8");
    expect(shipped).toBe(await readFile(join(root, "schema.graphql"), "utf8"));
  });

  it("costs a bundle only what is used of it", async () => {
    const one = await bundledBytes("one.js", 'export { AuthenticationError } from "@metricsinfra/sdk";');
    const all = await bundledBytes("all.js", 'export { createClient } from "@metricsinfra/sdk";');
    expect([one < 1_200, all < 34_000], `${one} and ${all} bytes, gzipped`).toEqual([true, true]);
  });
});
