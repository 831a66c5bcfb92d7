import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MetricsinfraError } from "@metricsinfra/sdk";
import { DemoFailure } from "./demo-failure.js";
import { EndSignal, endSignal } from "./end-signal.js";
import { firstAlert } from "./first-alert.js";
import { requireFreePorts } from "./free-ports.js";
import { DEFAULT_PORT, demoLayout, fileOf, type Layout, portsOf } from "./layout.js";
import { startNotificationPrinter } from "./notification-printer.js";
import { Progress } from "./progress.js";
import { requirePrograms } from "./required-programs.js";
import { markRunning } from "./running-mark.js";
import { FIRING_RULE, seed } from "./seed.js";
import { writeSettings } from "./settings.js";
import { Stack } from "./stack.js";
import { ProcessFailure } from "./start-process.js";
import { Supervisor } from "./supervisor.js";
import { createFirstTokens, createMemberToken, operatorClient } from "./tokens.js";
import { whatToTry } from "./what-to-try.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const progress = new Progress((text) => process.stdout.write(text));

process.exitCode = await main();
// Whatever is still under way, such as the start of a process, ends with us.
process.exit();

async function main(): Promise<number> {
  const supervisor = new Supervisor();
  const ends = [endSignal(process.env.npm_lifecycle_event === "start"), supervisor.failure];
  let unmark: (() => void) | undefined;
  try {
    const layout = layoutOf(process.argv.slice(2));
    mkdirSync(layout.data, { recursive: true });
    unmark = markRunning(fileOf(layout, "demo.pid"));
    await Promise.race([...ends, run(layout, supervisor)]);
    await Promise.race(ends);
  } catch (error) {
    progress.close();
    if (!(error instanceof EndSignal)) {
      process.stderr.write(`\nThe demo cannot go on: ${messageOf(error)}\n`);
      return 1;
    }
    process.stdout.write(`\n${error.message}: stopping\n`);
  } finally {
    await supervisor.stop();
    unmark?.();
  }
  return 0;
}

async function run(layout: Layout, supervisor: Supervisor): Promise<void> {
  requirePrograms();
  await requireFreePorts(portsOf(layout));
  const settings = writeSettings(layout);
  const stack = new Stack(layout, settings, supervisor);
  await startNotificationPrinter(layout.webhook, (line) => progress.line(line));
  await progress.step("first tokens", () => createFirstTokens(layout, settings.server));
  await progress.step("server", () => stack.startServer());
  const client = operatorClient(layout);
  await progress.step("projects, scrape jobs, rules, contacts", () => seed(client, layout, fileOf(layout, "seeded")));
  await createMemberToken(client, layout, FIRING_RULE.project);
  await progress.step("configurator", () => stack.startConfigurator());
  await progress.step("exporters", () => stack.startExporters());
  await progress.step("two Alertmanagers", () => stack.startAlertmanagers());
  await progress.step("Prometheus", () => stack.startPrometheus());
  const alert = await progress.step("first firing alert in the graph", () => firstAlert(client));
  progress.line(whatToTry(layout, alert));
}

function layoutOf(args: readonly string[]): Layout {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: `${DEFAULT_PORT}` },
        data: { type: "string", default: join(ROOT, ".data") },
      },
    });
    return demoLayout(ROOT, resolve(values.data), Number(values.port));
  } catch (error) {
    throw new DemoFailure(`${messageOf(error)}\nusage: npm start -- [--port FIRST-PORT] [--data FOLDER]`);
  }
}

/** What a person is shown: a stack trace only where the fault is ours. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = [DemoFailure, ProcessFailure, RangeError, MetricsinfraError].some((kind) => error instanceof kind);
  const isOfNode = "syscall" in error || ("code" in error && `${error.code}`.startsWith("ERR_PARSE_ARGS"));
  return isExpected || isOfNode ? error.message : (error.stack ?? error.message);
}
