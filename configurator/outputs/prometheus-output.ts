import { availableParallelism } from "node:os";
import type { RuleFileCheck } from "../check/rule-file-check.js";
import type { CommandResult, Tool } from "../check/run-command.js";
import { toolMessage } from "../check/tool-message.js";
import type { ReleaseTree } from "../disk/release-tree.js";
import { projectOfPath, type ReleaseView } from "../disk/release-view.js";
import type { Reloader } from "../reload/reloader.js";
import type { LimitTiers } from "../render/limit-tier.js";
import { renderPrometheusCheck, renderPrometheusConfig } from "../render/prometheus-config.js";
import type { BaseSource } from "./base-source.js";
import type { Output, Suspect } from "./output.js";

const mainFile = "prometheus.yml";
const checkFile = "check.yml";
const rulesFolder = "rules";
/** How many projects' rules are read by Prometheus at the same time. */
const readAtOnce = 8;

/** Prometheus: the main config and a rule file per project. */
export class PrometheusOutput implements Output {
  readonly name = "prometheus";
  readonly projectFolders = [rulesFolder];

  constructor(
    readonly tree: ReleaseTree,
    readonly reloader: Reloader,
    private readonly base: BaseSource,
    private readonly tiers: LimitTiers,
    private readonly promtool: Tool,
    private readonly rules: RuleFileCheck,
  ) {}

  get unread(): readonly string[] {
    return this.rules.unread;
  }

  mainFiles(): ReadonlyMap<string, string> {
    return new Map([[mainFile, renderPrometheusConfig(this.base.read(), this.tiers, this.tree.folder)]]);
  }

  async checkProjects(projects: readonly string[]): Promise<string | undefined> {
    const files = projects.map((project) => this.tree.buildingPath(pathOf(project)));
    // promtool uses one core, and a command line has an end.
    const share = Math.min(2000, Math.max(200, Math.ceil(files.length / availableParallelism())));
    const parts = Array.from({ length: Math.ceil(files.length / share) }, (_, part) => {
      return this.promtool(["check", "rules", "--lint=none", ...files.slice(part * share, (part + 1) * share)]);
    });
    // While promtool works, so does this program.
    const [results, [suspect]] = await Promise.all([
      Promise.all(parts),
      this.#suspectsIn(this.tree.building, projects),
    ]);
    const problems = results.flatMap((result) => this.#problem(result) ?? []);
    if (problems.length > 0) return problems.join("; ");
    return suspect && `${suspect.path}: ${suspect.message}`;
  }

  async findSuspects(since: Date | undefined, projects: readonly string[]): Promise<readonly Suspect[]> {
    const changed = this.tree.changedSince(rulesFolder, since).map(projectOfPath);
    const again = projects.length > 0 && (await this.rules.canRead(projects)) ? projects : [];
    return this.#suspectsIn(this.tree.inUse, [...new Set([...changed, ...again])]);
  }

  async #suspectsIn(view: ReleaseView, projects: readonly string[]): Promise<readonly Suspect[]> {
    const suspects: Suspect[] = [];
    const rest = projects.values();
    const work = async () => {
      for (const project of rest) {
        const path = pathOf(project);
        const text = view.read(path);
        const message = text === undefined ? undefined : await this.rules.problem(project, text);
        if (message !== undefined) suspects.push({ project, path, message });
      }
    };
    await Promise.all(Array.from({ length: readAtOnce }, work));
    return suspects.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  async checkMain(): Promise<string | undefined> {
    this.tree.write(new Map([[checkFile, renderPrometheusCheck(this.base.read(), this.tiers, this.tree.folder)]]));
    const result = await this.promtool(["check", "config", this.tree.buildingPath(checkFile)]);
    this.tree.write(new Map([[checkFile, null]]));
    return this.#problem(result);
  }

  #problem({ ok, output }: CommandResult): string | undefined {
    return ok ? undefined : toolMessage(output, this.tree.buildingFolder);
  }
}

function pathOf(project: string): string {
  return `${rulesFolder}/${project}.yml`;
}
