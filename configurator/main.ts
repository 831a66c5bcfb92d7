#!/usr/bin/env node
import { Command } from "commander";
import { pino } from "pino";
import { runDaemon, runDry, runOnce } from "./agent.js";
import { NameTakenError } from "./daemon/reporter.js";
import { WaitsForTurnError } from "./daemon/turn.js";
import { FolderLockedError } from "./disk/folder-lock.js";
import { readSettings } from "./settings/settings.js";
import { SettingsError } from "./settings/settings-file.js";
import { version } from "./version.js";

const exitCodes = { failed: 1, usage: 2, waiting: 3, taken: 4, turn: 5 } as const;

const help = `
Without --once it runs until SIGTERM or SIGINT: it applies each change as soon as the server tells of it.

Exit codes:
  0  what the server holds is in place and loaded
  1  failed; the machine keeps what it ran
  2  the settings or the command line are wrong
  3  in place, but a process that is to load it does not answer yet
  4  the directory or the agent's name belongs to another agent
  5  another agent goes first, and did not get there within a minute; the machine keeps what it ran`;

interface Options {
  readonly settings: string;
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly checkSettings?: boolean;
}

new Command("metricsinfra-configurator")
  .description(
    "Carries the config of metricsinfra to Prometheus, the blackbox exporter, Alertmanagers, Thanos and Karma.",
  )
  .version(version)
  .requiredOption("-s, --settings <file>", "the YAML settings file")
  .option("--once", "run one cycle and exit")
  .option("--dry-run", "print what one cycle would change, and write nothing")
  .option("--check-settings", "check the settings file and exit")
  .addHelpText("after", help)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage))
  .action(run)
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = exitCodeOf(error);
    console.error(error instanceof Error ? error.message : error);
  });

async function run(options: Options): Promise<void> {
  const settings = readSettings(options.settings);
  if (options.checkSettings === true) return console.log(`${options.settings} is valid.`);
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  const log = pino({ level: settings.log.level, base: { agent: settings.name } });
  if (options.dryRun === true) {
    for await (const text of runDry(settings, log, stop.signal)) process.stdout.write(text);
    return;
  }
  if (options.once !== true) return runDaemon(settings, log, stop.signal);
  const { refused, waiting } = await runOnce(settings, log, stop.signal);
  if (refused.length > 0) process.exitCode = exitCodes.failed;
  else if (waiting.length > 0) process.exitCode = exitCodes.waiting;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError) return exitCodes.usage;
  if (error instanceof WaitsForTurnError) return exitCodes.turn;
  return error instanceof FolderLockedError || error instanceof NameTakenError ? exitCodes.taken : exitCodes.failed;
}
