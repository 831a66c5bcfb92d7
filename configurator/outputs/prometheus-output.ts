import type { CommandResult, Tool } from "../check/run-command.js";
import { toolMessage } from "../check/tool-message.js";
import type { ReleaseTree } from "../disk/release-tree.js";
import type { Reloader } from "../reload/reloader.js";
import type { BaseFile } from "../render/base-file.js";
import type { LimitTiers } from "../render/limit-tier.js";
import { renderPrometheusCheck, renderPrometheusConfig } from "../render/prometheus-config.js";
import type { Output } from "./output.js";

const mainFile = "prometheus.yml";
const checkFile = "check.yml";

/** Prometheus: the main config and a rule file per project. */
export class PrometheusOutput implements Output {
  readonly name = "prometheus";
  readonly projectFolders = ["rules"];

  constructor(
    readonly tree: ReleaseTree,
    readonly reloader: Reloader,
    private readonly base: BaseFile,
    private readonly tiers: LimitTiers,
    private readonly promtool: Tool,
  ) {}

  mainFiles(): ReadonlyMap<string, string> {
    return new Map([[mainFile, renderPrometheusConfig(this.base, this.tiers, this.tree.folder)]]);
  }

  async checkProjects(projects: readonly string[]): Promise<string | undefined> {
    if (projects.length === 0) return undefined;
    const files = projects.map((project) => this.tree.buildingPath(`rules/${project}.yml`));
    return this.#problem(await this.promtool(["check", "rules", "--lint=none", ...files]));
  }

  async checkMain(): Promise<string | undefined> {
    this.tree.write(new Map([[checkFile, renderPrometheusCheck(this.base, this.tiers, this.tree.folder)]]));
    const result = await this.promtool(["check", "config", this.tree.buildingPath(checkFile)]);
    this.tree.write(new Map([[checkFile, null]]));
    return this.#problem(result);
  }

  #problem({ ok, output }: CommandResult): string | undefined {
    return ok ? undefined : toolMessage(output, this.tree.buildingPath("").replace(/\/$/, ""));
  }
}
