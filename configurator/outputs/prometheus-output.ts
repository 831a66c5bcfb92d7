import { availableParallelism } from "node:os";
import type { CommandResult, Tool } from "../check/run-command.js";
import { toolMessage } from "../check/tool-message.js";
import type { ReleaseTree } from "../disk/release-tree.js";
import type { Reloader } from "../reload/reloader.js";
import type { LimitTiers } from "../render/limit-tier.js";
import { renderPrometheusCheck, renderPrometheusConfig } from "../render/prometheus-config.js";
import type { BaseSource } from "./base-source.js";
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
    private readonly base: BaseSource,
    private readonly tiers: LimitTiers,
    private readonly promtool: Tool,
  ) {}

  mainFiles(): ReadonlyMap<string, string> {
    return new Map([[mainFile, renderPrometheusConfig(this.base.read(), this.tiers, this.tree.folder)]]);
  }

  async checkProjects(projects: readonly string[]): Promise<string | undefined> {
    const files = projects.map((project) => this.tree.buildingPath(`rules/${project}.yml`));
    // promtool uses one core, and a command line has an end.
    const share = Math.min(2000, Math.max(200, Math.ceil(files.length / availableParallelism())));
    const parts = Array.from({ length: Math.ceil(files.length / share) }, (_, part) => {
      return this.promtool(["check", "rules", "--lint=none", ...files.slice(part * share, (part + 1) * share)]);
    });
    const problems = (await Promise.all(parts)).flatMap((result) => this.#problem(result) ?? []);
    return problems.length === 0 ? undefined : problems.join("; ");
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
