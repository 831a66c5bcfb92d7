import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createClient, type ProjectConfig } from "@metricsinfra/sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { renderGlobalRuleFile, renderRuleFile } from "../../configurator/render/rule-file.js";
import { allPacks } from "../../server/rules/packs/all-packs.js";
import { aTier } from "../configurator/support/config.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { tempFolder } from "../support/temp-folder.js";
import { packCases } from "./pack-cases.js";

const rules = allPacks.flatMap((pack) => pack.rules);

interface Evaluated {
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  readonly after: string;
  /** The labels of each alert that is firing then. */
  readonly firing: readonly Readonly<Record<string, string>>[];
}

/** Runs the real `promtool test rules`, each test over rule files of its own; fails with what it says. */
async function evaluate(folder: string, tests: readonly (Evaluated & { readonly files: readonly string[] })[]) {
  const written = tests.map(async ({ name, series, after, firing, files }, index) => {
    const samples = firing.map((labels) => ({
      labels: `ALERTS${selector({ alertname: name, alertstate: "firing", ...labels })}`,
      value: 1,
    }));
    const expr = `ALERTS{alertname="${name}",alertstate="firing"}`;
    const test = {
      name,
      interval: "1m",
      input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
      promql_expr_test: [{ expr, eval_time: after, exp_samples: samples }],
    };
    const file = join(folder, `test-${index}.yml`);
    await writeFile(file, stringify({ rule_files: files, evaluation_interval: "1m", tests: [test] }, { lineWidth: 0 }));
    return file;
  });
  const files = await Promise.all(written);
  await promisify(execFile)("promtool", ["test", "rules", ...files]).catch((error: unknown) => {
    throw new Error(error instanceof Error && "stdout" in error ? `${error.message}\n${error.stdout}` : String(error));
  });
}

function selector(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}}`;
}

describe("the rules of the packs, as agents write them", () => {
  let folder: string;
  let tight: ProjectConfig | undefined;

  beforeAll(async () => {
    const app = await startApp(await createSqliteDatabase());
    const client = createClient({ url: app.url, token: app.operator });
    for (const { name } of allPacks) await client.rulePacks.install(name);
    const { project } = await client.projects.create({ name: "tight" });
    const installed = await client.globalRules.list().toArray({ limit: 200 });
    const idOf = (name: string) => installed.find((rule) => rule.name === name)?.id ?? "";
    const override = (name: string, input: object) =>
      client.globalRules.override({ project: project.id, globalRule: idOf(name) }, input);
    await override("NodeFileDescriptorsAlmostExhausted", {
      parameters: { threshold: "10" },
      severity: "page",
      for: "0s",
    });
    await override("TargetDown", { enabled: false });
    folder = await tempFolder("packs");
    const agent = createClient({ url: app.url, token: await app.token("AGENT") });
    for await (const page of agent.changes({ sinceRevision: 0, globalRules: true })) {
      for (const { config } of page.projects) tight ??= config ?? undefined;
      if (page.globalRules !== null) {
        await writeFile(join(folder, "global.yml"), renderGlobalRuleFile(page.globalRules) ?? "");
      }
    }
    if (tight === undefined) throw new Error("There is no project.");
    await writeFile(join(folder, "tight.yml"), renderRuleFile(tight, aTier()).text ?? "");
  });

  it("fire when they should, and for nobody else", async () => {
    expect(Object.keys(packCases).toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
    // Each alone, so that promtool need not evaluate all of them in each test.
    const { groups } = parse(await readFile(join(folder, "global.yml"), "utf8"));
    const alone = groups.flatMap((group: { rules: { alert: string }[] }) => group.rules);
    const tests = rules.map(async ({ name, severity }) => {
      const { after, fires, quiet, labels } = packCases[name] ?? { after: "0", fires: {}, quiet: {}, labels: [] };
      const file = `${name}.yml`;
      const own = alone.filter(({ alert }: { alert: string }) => alert === name);
      await writeFile(join(folder, file), stringify({ groups: [{ name, rules: own }] }, { lineWidth: 0 }));
      const firing = labels.map((each) => ({ ...each, severity }));
      return { name, after, series: { ...fires, ...quiet }, firing, files: [file] };
    });
    await evaluate(folder, await Promise.all(tests));
  });

  it("are for a project that overrides them as it says, and for all others as they were", async () => {
    const of = (name: string, project: string) => `${name}{instance="a",project="${project}"}`;
    const series = Object.fromEntries(
      ["tight", "other"].flatMap((project) => [
        [of("node_filefd_allocated", project), "90x60"],
        [of("node_filefd_maximum", project), "100x60"],
        [of("up", project), "0x60"],
      ]),
    );
    const few = { [of("node_filefd_allocated", "tight")]: "20x60", [of("node_filefd_maximum", "tight")]: "100x60" };
    const own = { instance: "a", project: "tight", severity: "page" };
    const name = "NodeFileDescriptorsAlmostExhausted";
    const files = ["global.yml", "tight.yml"];
    const others = { instance: "a", project: "other", severity: "warning" };
    await evaluate(folder, [
      { files, name, series, after: "30m", firing: [own, others] },
      { files, name, series: few, after: "1m", firing: [own] },
      { files, name: "TargetDown", series, after: "30m", firing: [others] },
    ]);
    // What says that a project overrides a rule names no other project.
    const { text = "" } = tight === undefined ? {} : renderRuleFile(tight, aTier());
    expect(text).not.toContain("other");
  });

  it("say what is wrong by labels that their alerts have, and where it stands what to do", () => {
    for (const { name, summary, description, runbook } of rules) {
      const alert = packCases[name]?.labels[0] ?? {};
      const read = Array.from(`${summary} ${description}`.matchAll(/\$labels\.(\w+)/g), ([, label = ""]) => label);
      // `job` is on every series that Prometheus scrapes.
      expect([name, read.filter((label) => label !== "job" && !Object.hasOwn(alert, label))]).toEqual([name, []]);
      expect(runbook.steps.length).toBeGreaterThan(0);
    }
  });
});
