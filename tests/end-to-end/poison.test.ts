import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { typeid } from "typeid-js";
import { beforeAll, expect, test } from "vitest";
import { createMariadbDatabase } from "../support/mariadb.js";
import { insertCopies, type Row, type Sql, sqlOn } from "../support/sql.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { type RealStack, startRealStack } from "./real-stack.js";

/**
 * promtool, but for what only a process that loads a config, or only the config of all projects together, would show:
 * it lets files with the word "lenient" pass, and refuses a job named "whole-only" beside that of the projects' tier. The
 * last argument of each call is written down.
 */
const promtool = `#!/bin/sh
folder=$(dirname "$0")
echo "$2" >> "$folder/calls"
if [ "$2" = config ]; then
  if grep -q "'\\?metricsinfra/default'\\?$" "$3"; then
    job=$(grep -o "metricsinfra/[a-z0-9-]*/whole-only" "$3" | head -1)
    [ -n "$job" ] && { echo "  FAILED: job $job cannot be beside metricsinfra/default"; exit 1; }
  fi
  exec promtool "$@"
fi
shift 3
set -- $(grep -L lenient "$@")
[ $# -eq 0 ] && exit 0
exec promtool check rules --lint=none "$@"
`;

const SLOW = { deadlineMs: 180_000, intervalMs: 100 };
const total = 1_000;
const nameOf = (number: number) => `p${String(number).padStart(4, "0")}`;
const names = Array.from({ length: total }, (_, number) => nameOf(number));

/** Who refuses the config of each twentieth project; `promtool` finds one fault in a line, and one in a whole file. */
type Refusal = "line" | "file" | "reload" | "whole";
const refusals = new Map<string, Refusal>(
  names.filter((_, number) => number % 20 === 7).map((name, index) => [name, refusalOf(index)]),
);
function refusalOf(index: number): Refusal {
  if (index % 10 === 8) return "whole";
  if (index % 17 === 5) return "reload";
  return index % 2 === 0 ? "line" : "file";
}
const refusedBy = (refusal: Refusal) => names.filter((name) => refusals.get(name) === refusal);

let stack: RealStack;
let sql: Sql;
let tool: string;
/** By name the ids of all projects, and those of the jobs that only the whole refuses. */
const ids = new Map<string, string>();
const wholeJobs = new Map<string, string>();

beforeAll(async () => {
  tool = join(await tempFolder("poison"), "promtool");
  await writeFile(tool, promtool);
  await chmod(tool, 0o755);
  const database = await createMariadbDatabase();
  stack = await startRealStack({
    database,
    serverSettings: { limits: { rate: { requestsPerMinute: 1_000_000, costPerMinute: 1_000_000_000 } } },
    prometheus: { promtool: tool },
  });
  sql = await sqlOn(database);
}, 120_000);

/** The cycles that changed something, as the agent tells of them. */
const cycles = () =>
  stack.configurator.output
    .split("\n")
    .filter((line) => line.includes('"msg":"Cycle"'))
    .map((line) => JSON.parse(line) as { outcome: string; appliedRevision: number; projectProblems: number });
const untilApplied = async () => {
  const newest = await revision();
  await waitFor(() => cycles().some(({ appliedRevision }) => appliedRevision === newest), {
    ...SLOW,
    get what() {
      return `revision ${newest} to be applied; the agent wrote ${stack.configurator.output.slice(-2_000)}`;
    },
  });
};
const revision = async () => Number((await sql("SELECT value FROM revision"))[0]?.value);
/** How often Prometheus was told to load its config, and promtool was run. */
const costs = async () => {
  const metrics = await (await fetch(`${stack.prometheus.url}/metrics`)).text();
  const reloads = metrics.matchAll(/^prometheus_http_requests_total\{code="\d+",handler="\/-\/reload"\} (\d+)$/gm);
  const calls = (await readFile(join(tool, "..", "calls"), "utf8")).trim().split("\n").length;
  return { reloads: Array.from(reloads, ([, count]) => Number(count)).reduce((sum, each) => sum + each, 0), calls };
};
/** The rules of projects that Prometheus runs. */
const running = async () => {
  const { groups } = (await stack.prometheus.api("/api/v1/rules")) as {
    groups: { name: string; rules: { name: string; duration: number }[] }[];
  };
  return groups.flatMap(({ name, rules }) => (/^p\d/.test(name) ? rules.map((rule) => rule.name) : [])).sort();
};
/** The jobs of projects that Prometheus scrapes. */
const scraped = async () => {
  const { activeTargets } = (await stack.prometheus.api("/api/v1/targets?state=active")) as {
    activeTargets: { labels: { project: string; job: string } }[];
  };
  return activeTargets.map(({ labels }) => labels.project).sort();
};
const rollouts = async (of: readonly string[]) => {
  const all = await Promise.all(of.map(async (name) => await stack.client.rollouts.get(ids.get(name) ?? "")));
  return all.map(({ state, problems }) => ({
    state,
    problems: problems.map(({ project, file, message }) => ({ project: project?.name, file, message })),
  }));
};
/** The rollouts of projects once the agent has told all that it knows of them. */
const rolloutsIn = (state: string, of: readonly string[]) =>
  waitFor(
    async () => {
      const all = await rollouts(of);
      return all.every((one) => one.state === state) && all;
    },
    { ...SLOW, what: `the rollouts to be ${state}` },
  );
const inOneStep = async (work: (next: number) => Promise<void>) => {
  const next = (await revision()) + 1;
  await sql("START TRANSACTION");
  await work(next);
  await sql("UPDATE revision SET value = ?", [next]);
  await sql("COMMIT");
};
const ruleName = (name: string) => `Down of ${name}`;
const exprOf = (name: string, refusal?: Refusal) =>
  JSON.stringify(refusal === "line" ? `rate(up{project="${name}"})` : `up{project="${name}"} == 0`);
const forOf = (refusal?: Refusal) => (refusal === "file" || refusal === "reload" ? "1x" : "1m");

/** Projects that the server has accepted: one of which the others are copies, and those with secrets, which it alone can write. */
async function prepare(): Promise<{ readonly project: string; readonly rule: string; readonly job: string }> {
  const { client } = stack;
  for (const name of [nameOf(0), ...refusedBy("whole")]) {
    ids.set(name, (await client.projects.create({ name })).project.id);
  }
  for (const name of refusedBy("whole")) {
    const { scrapeJob } = await client.scrapeJobs.create({
      project: ids.get(name) ?? "",
      name: "own",
      scheme: "HTTPS",
      scrapeInterval: "1h",
      credentials: { bearerToken: "s3cret" },
      staticTargets: [{ host: "127.0.0.1", port: 9 }],
    });
    wholeJobs.set(name, scrapeJob.id);
  }
  const below = { project: ids.get(nameOf(0)) ?? "" };
  const { alertingRule } = await client.alertingRules.create({
    ...below,
    name: ruleName(nameOf(0)),
    expr: "up == 0",
    for: "1m",
    interval: "5m",
  });
  const { scrapeJob } = await client.scrapeJobs.create({
    ...below,
    name: "machines",
    scrapeInterval: "1h",
    staticTargets: [{ host: "127.0.0.1", port: 9 }],
  });
  return { ...below, rule: alertingRule.id, job: scrapeJob.id };
}

test("of 1,000 projects 950 are live within one cycle, each of 50 poisoned ones is named, and each heals when mended", {
  timeout: 240_000,
}, async () => {
  const template = await prepare();
  await untilApplied();
  const before = { cycles: cycles().length, ...(await costs()) };

  const planted = names.filter((name) => !ids.has(name));
  for (const name of planted) ids.set(name, typeid("prj").toString());
  await inOneStep(async (revision) => {
    const copies = (table: string, id: string, change: (name: string) => Row) =>
      insertCopies(sql, table, id, planted.length, (index) => ({ revision, ...change(planted[index] ?? "") }));
    await copies("project", template.project, (name) => ({ id: ids.get(name), name, active_name: name }));
    await copies("rule", template.rule, (name) => ({
      id: typeid("rul").toString(),
      project_id: ids.get(name),
      name: ruleName(name),
      enforced_expr: exprOf(name, refusals.get(name)),
      for_duration: forOf(refusals.get(name)),
      annotations: JSON.stringify(refusals.get(name) === "reload" ? { note: "lenient" } : {}),
    }));
    await copies("scrape_job", template.job, (name) => ({ id: typeid("job").toString(), project_id: ids.get(name) }));
    for (const name of refusedBy("whole")) {
      await sql("UPDATE scrape_job SET name = 'whole-only', revision = ? WHERE id = ?", [
        revision,
        wholeJobs.get(name),
      ]);
      await sql("UPDATE project SET revision = ? WHERE id = ?", [revision, ids.get(name)]);
    }
  });
  await untilApplied();

  const good = names.filter((name) => !refusals.has(name));
  expect(good).toHaveLength(950);
  expect(await running()).toEqual(good.map(ruleName));
  // Targets are not what was refused, and those of a job that is held go on being scraped as they were.
  await waitFor(async () => (await scraped()).length === total, { ...SLOW, what: "all targets to be scraped" });
  expect(await scraped()).toEqual(names);
  const after = await costs();
  expect(cycles().slice(before.cycles)).toMatchObject([{ outcome: "applied", projectProblems: 50 }]);
  // Of 50 among 1,000: each by itself twice, and a few dozen searches for those that no check names.
  expect(after.calls - before.calls).toBeLessThan(150);
  expect(after.reloads - before.reloads).toBeLessThan(60);

  const kept = " (the machine keeps what it had of this file)";
  const rules = (name: string) => `rules/${name}.yml`;
  const said: Readonly<Record<Refusal, (name: string) => { readonly file: string; readonly message: unknown }>> = {
    line: (name) => ({
      file: `prometheus/${rules(name)}`,
      message: `${rules(name)}: 7:15: group "${name}/5m", rule 1, "${ruleName(name)}": could not parse expression: 1:6: parse error: expected type range vector in call to function "rate", got instant vector${kept}`,
    }),
    file: (name) => ({
      file: `prometheus/${rules(name)}`,
      message: `${rules(name)}: not a valid duration string: "1x"${kept}`,
    }),
    reload: (name) => ({
      file: `prometheus/${rules(name)}`,
      message: expect.stringMatching(/^Prometheus refuses to load it: failed to reload config: one or more errors/),
    }),
    whole: (name) => ({
      file: `prometheus/scrapes/${name}.json`,
      message: `job metricsinfra/${name}/whole-only cannot be beside metricsinfra/default${kept}`,
    }),
  };
  const poisoned = [...refusals];
  expect(await rolloutsIn("REFUSED", [...refusals.keys()])).toEqual(
    poisoned.map(([name, refusal]) => ({ state: "REFUSED", problems: [{ project: name, ...said[refusal](name) }] })),
  );
  expect(await rolloutsIn("APPLIED", good.slice(0, 2))).toEqual(
    good.slice(0, 2).map(() => ({ state: "APPLIED", problems: [] })),
  );

  const untilMended = { cycles: cycles().length, ...(await costs()) };
  await inOneStep(async (revision) => {
    for (const [name, refusal] of refusals) {
      const id = ids.get(name);
      await sql("UPDATE project SET revision = ? WHERE id = ?", [revision, id]);
      if (refusal === "whole") {
        await sql("UPDATE scrape_job SET name = 'own' WHERE id = ?", [wholeJobs.get(name)]);
      } else {
        const mended = [exprOf(name), forOf(), "{}", id];
        await sql("UPDATE rule SET enforced_expr = ?, for_duration = ?, annotations = ? WHERE project_id = ?", mended);
      }
    }
  });
  await untilApplied();
  const withRules = names.filter((name) => refusals.get(name) !== "whole");
  expect(await running()).toEqual(withRules.map(ruleName));
  expect(cycles().slice(untilMended.cycles)).toMatchObject([{ outcome: "applied", projectProblems: 0 }]);
  const mended = await costs();
  expect([mended.reloads - untilMended.reloads, mended.calls - untilMended.calls]).toEqual([1, 1]);
  expect(await rolloutsIn("APPLIED", [...refusals.keys()])).toEqual(
    poisoned.map(() => ({ state: "APPLIED", problems: [] })),
  );
});
