import { checkRuleFile } from "../check/check-rule-file.js";
import type { Tool } from "../check/run-command.js";
import { toolMessage } from "../check/tool-message.js";
import type { ReleaseTree } from "../disk/release-tree.js";
import type { Loader } from "../reload/loader.js";
import { globalRulesName } from "../render/rule-file.js";
import { renderWatchdog } from "../render/watchdog.js";
import type { Output, Suspect } from "./output.js";

const rulesFolder = "rules";
const rulesFile = `${rulesFolder}/${globalRulesName}.yml`;
// In a folder as the rules are, so that Thanos Rule finds both by one pattern.
const watchdogFile = "platform/watchdog.yml";

/** Thanos Rule: the file of the operators' rules over all shards, and its watchdog. Projects have nothing in it. */
export class ThanosRuleOutput implements Output {
  readonly name = "thanos-rule";
  readonly globalRules = "GLOBAL";
  readonly projectFolders = [rulesFolder];
  readonly mergedFolders = [];
  readonly hostFolders = [];
  readonly unread = [];

  constructor(
    readonly tree: ReleaseTree,
    readonly reloader: Loader,
    private readonly promtool: Tool,
    private readonly watchdog: string,
  ) {}

  mainFiles(): ReadonlyMap<string, string> {
    return new Map([[watchdogFile, renderWatchdog(this.watchdog, "Thanos Rule")]]);
  }

  async checkProjects(projects: readonly string[]): Promise<string | undefined> {
    const text = this.tree.building.read(rulesFile);
    if (!projects.includes(globalRulesName) || text === undefined) return undefined;
    const checked = checkRuleFile(globalRulesName, text);
    return "problem" in checked ? `${rulesFile}: ${checked.problem}` : this.#check(rulesFile);
  }

  checkMain(): Promise<string | undefined> {
    return this.#check(watchdogFile);
  }

  async findSuspects(since: Date | undefined): Promise<readonly Suspect[]> {
    if (!this.tree.changedSince(rulesFolder, since).includes(rulesFile)) return [];
    const checked = checkRuleFile(globalRulesName, this.tree.inUse.read(rulesFile) ?? "");
    return "problem" in checked ? [{ project: globalRulesName, path: rulesFile, message: checked.problem }] : [];
  }

  async #check(file: string): Promise<string | undefined> {
    const { ok, output } = await this.promtool(["check", "rules", "--lint=none", this.tree.buildingPath(file)]);
    return ok ? undefined : toolMessage(output, this.tree.buildingFolder);
  }
}
