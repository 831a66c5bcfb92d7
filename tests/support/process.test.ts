import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freePort } from "./ports.js";
import { ProcessFailure, startProcess } from "./process.js";
import { isAlive } from "./process-tree.js";
import { tempFolder } from "./temp-folder.js";
import { waitFor } from "./wait-for.js";

const node = (script: string) => ({ name: "child", command: process.execPath, args: ["-e", script] });

const goneSoon = (pid: number) => waitFor(() => !isAlive(pid), { what: `process ${pid} to be gone` });

describe("startProcess", () => {
  test("resolves once the line is written, and keeps the output", async () => {
    const child = await startProcess({
      ...node("setTimeout(() => console.log('ready on 7'), 50); setInterval(() => {}, 1000)"),
      ready: { line: /ready on (\d)/ },
    });
    expect(child.output).toBe("ready on 7\n");
    expect((await child.waitForOutput(/on (\d)/))[1]).toBe("7");
    expect(await child.stop()).toEqual({ code: null, signal: "SIGTERM" });
    expect(await child.stop()).toEqual({ code: null, signal: "SIGTERM" });
  });

  test("resolves once the address answers 2xx", async () => {
    const port = await freePort();
    const child = await startProcess({
      ...node(`
        let asked = 0;
        require("node:http").createServer((_, response) => {
          asked += 1;
          response.writeHead(asked < 3 ? 503 : 204).end();
        }).listen(${port}, "127.0.0.1")`),
      ready: { url: `http://127.0.0.1:${port}/` },
    });
    expect(child.exit).toBeUndefined();
  });

  test("a missing program, an early end and a deadline each say what happened, with the last output", async () => {
    await expect(startProcess({ command: "no-such-program" })).rejects.toEqual(
      new ProcessFailure("no-such-program: the program no-such-program is not installed"),
    );
    await expect(
      startProcess({ ...node("console.error('no disk'); process.exit(3)"), ready: { line: /ready/ } }),
    ).rejects.toEqual(new ProcessFailure("child ended (code 3) before it wrote /ready/; its last output:\nno disk"));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    await expect(startProcess({ ...node("process.exit(4)"), ready: { url } })).rejects.toEqual(
      new ProcessFailure("child ended (code 4) before it was ready, without output"),
    );
    const pidFile = join(await tempFolder(), "pid");
    await expect(
      startProcess({
        ...node(`require("node:fs").writeFileSync("${pidFile}", String(process.pid)); setInterval(() => {}, 1000)`),
        ready: { url },
        deadlineMs: 500,
      }),
    ).rejects.toEqual(new ProcessFailure(`child was not ready within 0.5 s (${url}: no answer), without output`));
    expect(isAlive(Number(await readFile(pidFile, "utf8")))).toBe(false);
  });

  test("stop kills what ignores SIGTERM, and what it has started itself", async () => {
    const child = await startProcess({
      ...node(`
        process.on("SIGTERM", () => {});
        const { pid } = require("node:child_process").spawn("sleep", ["600"]);
        console.log("pid " + pid);
        setInterval(() => {}, 1000)`),
      ready: { line: /pid \d+/ },
      stopDeadlineMs: 200,
    });
    const grandchild = Number((await child.waitForOutput(/pid (\d+)/))[1]);
    expect(await child.stop()).toEqual({ code: null, signal: "SIGKILL" });
    await goneSoon(grandchild);
  });
});

describe("a test run that fails or dies", () => {
  const root = new URL("../..", import.meta.url).pathname;

  const ofVitest = Object.keys(process.env).filter((name) => name.startsWith("VITEST"));
  const withoutVitest = Object.fromEntries(ofVitest.map((name) => [name, undefined]));

  /** Starts vitest on a file that starts `sleep` and MariaDB; gives the pids of both. */
  async function startInnerRun(ending: "fail" | "hang") {
    const folder = await tempFolder("inner");
    const config = join(folder, "vitest.config.ts");
    await writeFile(
      config,
      `import config from "${root}vitest.config.ts";
       const include = ["tests/support/fixtures/starts-services.ts"];
       export default { ...config, root: "${root}", test: { ...config.test, include } };`,
    );
    const pidFile = join(folder, "pid");
    const vitest = await startProcess({
      command: process.execPath,
      args: [join(root, "node_modules/vitest/vitest.mjs"), "run", "--config", config],
      cwd: root,
      env: { ...withoutVitest, TMPDIR: folder, PID_FILE: pidFile, ENDING: ending },
    });
    const sleep = await waitFor(async () => Number(await readFile(pidFile, "utf8")), {
      get what() {
        return `the inner run to start its processes; it wrote: ${vitest.output}`;
      },
      deadlineMs: 20_000,
    });
    const [data] = (await readdir(folder)).filter((name) => name.startsWith("metricsinfra-mariadb-"));
    const mariadb = Number(await readFile(join(folder, data ?? "", "pid"), "utf8"));
    expect([isAlive(mariadb)]).toEqual([true]);
    await writeFile(`${pidFile}.seen`, "");
    return { vitest, sleep, mariadb, folder };
  }

  test("leaves no process and no folder when a test fails", async () => {
    const { vitest, sleep, mariadb, folder } = await startInnerRun("fail");
    expect(await vitest.exited).toEqual({ code: 1, signal: null });
    expect([isAlive(sleep), isAlive(mariadb)]).toEqual([false, false]);
    expect((await readdir(folder)).filter((name) => name.startsWith("metricsinfra"))).toEqual([]);
  });

  test("leaves no process when vitest is killed", async () => {
    const { vitest, sleep, mariadb } = await startInnerRun("hang");
    vitest.signal("SIGKILL");
    await goneSoon(sleep);
    await goneSoon(mariadb);
  });
});

test("freePort never gives the port of something that listens", async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const next = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  server.close();
  expect(new Set([port, ...next]).size).toBe(51);
  for (const each of next) expect(each).toBeLessThan(32_768);
});
