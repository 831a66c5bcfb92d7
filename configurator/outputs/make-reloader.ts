import { runCommand, type Tool } from "../check/run-command.js";
import { Reloader, type ReloadMethod } from "../reload/reloader.js";
import type { ProcessSettings } from "../settings/settings.js";

const commandTimeoutMs = 120_000;

/** The reloader of the processes that these settings name; their reload metrics begin with the prefix. */
export function makeReloader(settings: ProcessSettings, metricPrefix: string): Reloader {
  const { urls, reloadTimeoutSeconds } = settings;
  return new Reloader({
    urls,
    metricPrefix,
    method: reloadMethod(settings),
    headers: authorization(settings),
    timeoutMs: reloadTimeoutSeconds * 1_000,
  });
}

/** The headers that tell a process who asks. */
export function authorization({ basicAuth }: Pick<ProcessSettings, "basicAuth">): Readonly<Record<string, string>> {
  if (basicAuth === undefined) return {};
  const credentials = Buffer.from(`${basicAuth.username}:${basicAuth.password}`).toString("base64");
  return { authorization: `Basic ${credentials}` };
}

/** A command that is given its parameters later. */
export function tool(command: string): Tool {
  return (parameters) => runCommand(command, parameters, commandTimeoutMs);
}

function reloadMethod({ reload }: ProcessSettings): ReloadMethod {
  if (reload === "http") return { kind: "http" };
  if ("pidFile" in reload) return { kind: "signal", pidFile: reload.pidFile };
  const [command = "", ...parameters] = reload.command;
  return { kind: "command", run: () => tool(command)(parameters) };
}
