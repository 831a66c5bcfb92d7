import { join } from "node:path";
import { aclProblem } from "../check/karma-acl-check.js";
import type { CommandResult } from "../check/run-command.js";
import { ReleaseTree } from "../disk/release-tree.js";
import { readIfThere } from "../disk/write-file.js";
import { Restarter } from "../reload/restarter.js";
import { BaseFileError } from "../render/base-file.js";
import { type AclFragment, aclFile, groupsOfKarma, renderKarmaAcl } from "../render/karma-acl.js";
import type { Settings } from "../settings/settings.js";
import { BaseSource } from "./base-source.js";
import { authorization, tool } from "./make-reloader.js";
import { MergedOutput } from "./merged-output.js";
import type { Output } from "./output.js";

type KarmaSettings = NonNullable<Settings["karmaAcl"]>;

/** What stands for the file to be checked in the check's command. */
const filePlace = "{file}";
/** For so long Karma is not started again with a file that it did not start with: it is away at each try. */
const retryMs = 300_000;

/** Makes the output of Karma's ACL file; `config` is Karma's own. */
export function makeKarmaAcl(directory: string, settings: KarmaSettings, config: BaseSource): Output {
  const { reload, urls, reloadTimeoutSeconds, operatorGroups } = settings;
  const loader = new Restarter({
    urls,
    run: reload && (() => runWhole(reload.command)),
    headers: authorization(settings),
    timeoutMs: reloadTimeoutSeconds * 1_000,
  });
  return new MergedOutput(new ReleaseTree(join(directory, "karma-acl")), loader, {
    name: "karma-acl",
    mainFile: aclFile,
    render: (fragments) => {
      const projects = fragments.map((text): AclFragment => JSON.parse(text));
      return renderKarmaAcl(config.read(), operatorGroups, projects);
    },
    check: (file) => check(file, settings, config),
    restart: { file: aclFile, retryMs },
  });
}

/** The groups of Karma's own config; undefined while it cannot be read, which is told when the file is put together. */
export function karmaGroups(config: BaseSource): readonly string[] | undefined {
  try {
    return groupsOfKarma(config.read());
  } catch (error) {
    if (error instanceof BaseFileError) return undefined;
    throw error;
  }
}

async function check(file: string, settings: KarmaSettings, config: BaseSource): Promise<CommandResult> {
  const expected = { operators: settings.operatorGroups, groups: groupsOfKarma(config.read()) };
  const problem = aclProblem(readIfThere(file) ?? "", expected);
  if (problem !== undefined) return { ok: false, output: problem };
  if (settings.check === undefined) return { ok: true, output: "" };
  return runWhole(settings.check.map((part) => part.replaceAll(filePlace, file)));
}

function runWhole([command = "", ...parameters]: readonly string[]): Promise<CommandResult> {
  return tool(command)(parameters);
}
