import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_SERVICES } from "./debian-packages.mjs";
import { runMain } from "./progress.mjs";
import { ROOT, tryCommand } from "./run-command.mjs";
import { setUp } from "./setup.mjs";

const PROGRAMS = join(ROOT, "node_modules", ".bin");

// `npm test`: sets up what is missing, checks format and types, runs every test (or those named), and counts.
await runMain(async () => {
  await setUp(TEST_SERVICES);
  const results = [
    await check("biome", ["check", "."]),
    await check("tsc", ["-p", "tests", "--noEmit"]),
    await runTests(process.argv.slice(2)),
  ];
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const skipped = sum("skipped");
  process.stdout.write(
    `\n${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
  );
  process.exitCode = sum("failed") > 0 ? 1 : 0;
});

/** Counts as one test. */
async function check(program, args) {
  process.stdout.write(`\n${[program, ...args].join(" ")}\n`);
  const { code } = await tryCommand(join(PROGRAMS, program), args, { show: true });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), "metricsinfra-report-"));
  const report = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const { code } = await tryCommand(join(PROGRAMS, "vitest"), ["run", ...reporters, ...args], { show: true });
    return count(JSON.parse(readFileSync(report, "utf8")), code);
  } catch (error) {
    process.stdout.write(`vitest gave no report: ${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not even be loaded, or an error outside of any test, counts as one failed test. */
function count(report, code) {
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
