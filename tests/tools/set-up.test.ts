import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { startProcess } from "../support/process.js";
import { tempFolder } from "../support/temp-folder.js";

const ROOT = new URL("../..", import.meta.url).pathname;

const withoutVitest = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(VITEST|npm_|NODE_ENV)/.test(name))
    .map((name) => [name, undefined]),
);

let project: string;

/** A checkout in small: the real tools, one npm package that lies beside it, and a build that writes one file. */
beforeEach(async () => {
  project = await tempFolder("checkout");
  await cp(join(ROOT, "tools"), join(project, "tools"), { recursive: true });
  for (const folder of ["server", "beside", "tests"]) await mkdir(join(project, folder));
  await writeFile(join(project, "server", "main.ts"), "export const version = 1;\n");
  await writeFile(join(project, "beside", "package.json"), '{ "name": "beside", "version": "1.0.0" }');
  await write("package.json", {
    type: "module",
    dependencies: { beside: "file:beside" },
    scripts: { build: "mkdir -p dist && cat server/main.ts > dist/main.js && date +%N > dist/built-at" },
  });
  await write("package-lock.json", {
    lockfileVersion: 3,
    packages: {
      "": { dependencies: { beside: "file:beside" } },
      beside: { version: "1.0.0" },
      "node_modules/beside": { resolved: "beside", link: true },
    },
  });
  await writeFile(
    join(project, "tools", "run.mjs"),
    'import { runMain } from "./progress.mjs";\nimport { setUp } from "./setup.mjs";\nawait runMain(() => setUp({}));\n',
  );
});

function write(file: string, content: object): Promise<void> {
  return writeFile(join(project, file), `${JSON.stringify(content, null, 2)}\n`);
}

async function run(tool: string, env: Readonly<Record<string, string>> = {}, ...args: readonly string[]) {
  const started = await startProcess({
    // Of two pipes nobody could tell what was written first.
    command: "sh",
    args: ["-c", 'exec "$0" "$@" 2>&1', process.execPath, join(project, "tools", tool), ...args],
    cwd: project,
    env: { ...withoutVitest, ...env },
  });
  const { code } = await started.exited;
  return { code, output: started.output.replace(/\d+ s$/gm, "N s") };
}

describe("the set-up", () => {
  test("installs and builds in a fresh clone, does nothing the next time, and again only what a change asks for", async () => {
    const builtAt = () => readFile(join(project, "dist", "built-at"), "utf8");
    expect(await run("run.mjs")).toEqual({ code: 0, output: "npm packages … N s\nbuild … N s\n" });
    const first = await builtAt();
    expect(await run("run.mjs")).toEqual({ code: 0, output: "" });
    expect(await builtAt()).toBe(first);

    await writeFile(join(project, "server", "main.ts"), "export const version = 2;\n");
    expect(await run("run.mjs")).toEqual({ code: 0, output: "build … N s\n" });
    expect(await readFile(join(project, "dist", "main.js"), "utf8")).toBe("export const version = 2;\n");

    await rm(join(project, "node_modules"), { recursive: true });
    expect(await run("run.mjs")).toEqual({ code: 0, output: "npm packages … N s\n" });
  });

  test("installs again when the lock file wants another version than there is", async () => {
    await run("run.mjs");
    await writeFile(join(project, "beside", "package.json"), '{ "name": "beside", "version": "1.1.0" }');
    const lock = JSON.parse(await readFile(join(project, "package-lock.json"), "utf8"));
    lock.packages.beside.version = "1.1.0";
    await write("package-lock.json", lock);
    expect(await run("run.mjs")).toEqual({ code: 0, output: "npm packages … N s\nbuild … N s\n" });
    expect(await run("run.mjs")).toEqual({ code: 0, output: "" });
  });

  test("a build that fails ends it with its output and code 1, and is tried again the next time", async () => {
    await rm(join(project, "server", "main.ts"));
    for (const steps of ["npm packages … N s\nbuild … failed\n", "build … failed\n"]) {
      const { code, output } = await run("run.mjs");
      expect({ code, steps: output.slice(0, steps.length) }).toEqual({ code: 1, steps });
      expect(output).toContain("npm run build failed (code 1):");
      expect(output).toContain("cat: server/main.ts: No such file or directory");
      expect(output).not.toContain("    at ");
    }
  });

  test("an unfit Node.js version is refused", async () => {
    await writeFile(
      join(project, "tools", "run.mjs"),
      `Object.defineProperty(process.versions, "node", { value: "20.18.3" });
       const { runMain } = await import("./progress.mjs");
       const { setUp } = await import("./setup.mjs");
       await runMain(() => setUp({}));`,
    );
    expect(await run("run.mjs")).toEqual({
      code: 1,
      output: "\nneeds Node.js 20.19 or later of 20, or 22.12 or later; this is 20.18.3\n",
    });
  });

  test("whoever cannot install Debian packages is told the one line that does, and it goes on", async () => {
    await writeFile(
      join(project, "tools", "run.mjs"),
      `import { installDebianPackages, SERVICES } from "./debian-packages.mjs";
       await installDebianPackages(SERVICES);
       console.log("going on");`,
    );
    const bin = await tempFolder("bin");
    for (const program of ["prometheus", "promtool", "prometheus-node-exporter"]) {
      await symlink("/bin/true", join(bin, program));
    }
    expect(await run("run.mjs", { PATH: bin })).toEqual({
      code: 0,
      output:
        "missing: prometheus-alertmanager, prometheus-blackbox-exporter. Going on without; as root, this installs them:\n" +
        "  apt-get install -y --no-install-recommends prometheus-alertmanager prometheus-blackbox-exporter\n" +
        "going on\n",
    });
  });
});

describe("npm test", () => {
  beforeEach(async () => {
    // The real programs; its lock file asks for none of them.
    await symlink(join(ROOT, "node_modules"), join(project, "node_modules"));
    await write("package-lock.json", { lockfileVersion: 3, packages: { "": {} } });
    // The Debian packages are another test's matter.
    await writeFile(
      join(project, "tools", "debian-packages.mjs"),
      "export const TEST_SERVICES = {};\nexport const COMPILERS = {};\n" +
        "export const missingPackages = () => [];\nexport const installDebianPackages = async () => {};\n",
    );
    await write("biome.json", {
      files: { includes: ["tests/*.js", "tests/*.ts"] },
      json: { formatter: { enabled: false } },
    });
    await write("tests/tsconfig.json", { compilerOptions: { strict: true, types: [] }, include: ["*.ts"] });
    await writeFile(join(project, "tests", "right.ts"), "export const count: number = 1;\n");
    await writeFile(join(project, "tests", "passes.test.js"), testFile('test("1", () => {});\ntest("2", () => {});\n'));
  });

  const testFile = (tests: string) => `import { test } from "vitest";\n\n${tests}`;

  async function countLine(...args: readonly string[]) {
    const { code, output } = await run("test.mjs", { NO_COLOR: "1" }, ...args);
    const lines = output.trimEnd().split("\n");
    expect(lines.filter((line) => /^\d+ passed, \d+ failed/.test(line))).toHaveLength(1);
    return { code, last: lines.at(-1) };
  }

  test("counts the checks of format and types as a test each", async () => {
    expect(await countLine()).toEqual({ code: 0, last: "4 passed, 0 failed" });
    await writeFile(join(project, "tests", "wrong.ts"), 'export const count: number = "one";\n');
    expect(await countLine()).toEqual({ code: 1, last: "3 passed, 1 failed" });
    await writeFile(join(project, "tests", "wrong.ts"), "export const   count = 1\n");
    expect(await countLine()).toEqual({ code: 1, last: "3 passed, 1 failed" });
  });

  test("counts failed and skipped tests, and a file that cannot be loaded", async () => {
    await writeFile(
      join(project, "tests", "mixed.test.js"),
      testFile('test("3", () => {\n\tthrow new Error("no");\n});\n\ntest.todo("4");\n'),
    );
    expect(await countLine()).toEqual({ code: 1, last: "4 passed, 1 failed, 1 skipped" });
    await writeFile(join(project, "tests", "unloadable.test.js"), 'import "./nowhere.js";\n');
    expect(await countLine()).toEqual({ code: 1, last: "4 passed, 2 failed, 1 skipped" });
    expect(await countLine("tests/passes")).toEqual({ code: 0, last: "4 passed, 0 failed" });
  });

  test("counts an error outside of any test, and finding no test at all, as a failure", async () => {
    await writeFile(
      join(project, "tests", "passes.test.js"),
      testFile(
        'test("1", async () => {\n\tPromise.reject(new Error("unseen"));\n\tawait new Promise(setImmediate);\n});\n',
      ),
    );
    expect(await countLine()).toEqual({ code: 1, last: "3 passed, 1 failed" });
    expect(await countLine("tests/nothing-of-this-name")).toEqual({ code: 1, last: "2 passed, 1 failed" });
  });
});
