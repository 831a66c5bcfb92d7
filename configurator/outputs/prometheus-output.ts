import { availableParallelism } from "node:os";
import type { RuleFileCheck } from "../check/rule-file-check.js";
import type { CommandResult, Tool } from "../check/run-command.js";
import { toolMessage } from "../check/tool-message.js";
import type { ReleaseTree } from "../disk/release-tree.js";
import { projectOfPath, type ReleaseView } from "../disk/release-view.js";
import type { Loader } from "../reload/loader.js";
import type { LimitTiers } from "../render/limit-tier.js";
import { movedFolder } from "../render/moved-away.js";
import { withAccess } from "../render/openstack-jobs.js";
import type { ScrapeConfigs } from "../render/own-jobs.js";
import { renderPrometheusCheck, renderPrometheusConfig } from "../render/prometheus-config.js";
import { scrapesFolder } from "../render/render-project.js";
import type { ServerLabels } from "../render/server-labels.js";
import { renderWatchdog, watchdogFile } from "../render/watchdog.js";
import type { YamlValue } from "../render/yaml-text.js";
import type { BaseSource } from "./base-source.js";
import type { OpenstackSource } from "./openstack-source.js";
import { type Output, SpoiltFileError, type Suspect } from "./output.js";

const mainFile = "prometheus.yml";
const checkFile = "check.yml";
const rulesFolder = "rules";
/** How many projects' rules are read by Prometheus at the same time. */
const readAtOnce = 8;

/** Prometheus: the main config, the watchdog's rule, and per project a rule file, the scrape configs of its jobs with credentials, their secrets. */
export class PrometheusOutput implements Output {
  readonly name = "prometheus";
  readonly globalRules = "PER_PROJECT";
  readonly markedRules = rulesFolder;
  readonly mergedFolders = [scrapesFolder, movedFolder];
  readonly hostFolders = [scrapesFolder, "secrets"];
  readonly movedFolder = movedFolder;
  readonly projectFolders = [rulesFolder, ...this.hostFolders, movedFolder];

  constructor(
    readonly tree: ReleaseTree,
    readonly reloader: Loader,
    private readonly base: BaseSource,
    private readonly tiers: LimitTiers,
    private readonly promtool: Tool,
    private readonly rules: RuleFileCheck,
    private readonly watchdog: string,
    private readonly openstack: OpenstackSource,
    private readonly labels: ServerLabels,
  ) {}

  get unread(): readonly string[] {
    return this.rules.unread;
  }

  mainFiles(view: ReleaseView): ReadonlyMap<string, string> {
    const { tiers, tree, labels } = this;
    const own = this.#scrapeConfigsIn(view, view.list(scrapesFolder));
    const moved = view.list(movedFolder).map(projectOfPath);
    return new Map([
      [mainFile, renderPrometheusConfig(this.base.read(), { tiers, folder: tree.folder, own, labels, moved })],
      [watchdogFile, renderWatchdog(this.watchdog)],
    ]);
  }

  async checkProjects(projects: readonly string[]): Promise<string | undefined> {
    return (await this.#checkRules(projects)) ?? (await this.#checkScrapes(projects));
  }

  async #checkRules(projects: readonly string[]): Promise<string | undefined> {
    const there = new Set(this.tree.building.list(rulesFolder));
    const paths = projects.map(pathOf).filter((path) => there.has(path));
    const files = paths.map((path) => this.tree.buildingPath(path));
    // promtool uses one core, and a command line has an end.
    const share = Math.min(2000, Math.max(200, Math.ceil(files.length / availableParallelism())));
    const parts = Array.from({ length: Math.ceil(files.length / share) }, (_, part) => {
      return this.promtool(["check", "rules", "--lint=none", ...files.slice(part * share, (part + 1) * share)]);
    });
    // While promtool works, so does this program.
    const [results, suspects] = await Promise.all([Promise.all(parts), this.#suspectsIn(this.tree.building, projects)]);
    const problems = results.flatMap((result) => this.#problem(result) ?? []);
    const said = problems.join("; ");
    // Of what promtool finds it tells the line too.
    const more = suspects.filter(({ path }) => !said.includes(`${path}:`));
    const all = [...problems, ...more.map(({ path, message }) => `${path}: ${message}`)];
    return all.length === 0 ? undefined : all.join("; ");
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

  /** Without any project it checks what the others' scrape configs are to be merged with. */
  async #checkScrapes(projects: readonly string[]): Promise<string | undefined> {
    const wanted = new Set(projects);
    const view = this.tree.building;
    const paths = view.list(scrapesFolder).filter((path) => wanted.has(projectOfPath(path)));
    return paths.length === 0 && projects.length > 0
      ? undefined
      : this.#checkConfig({}, this.#scrapeConfigsIn(view, paths));
  }

  checkMain(): Promise<string | undefined> {
    const view = this.tree.building;
    return this.#checkConfig(this.tiers, this.#scrapeConfigsIn(view, view.list(scrapesFolder)));
  }

  async #checkConfig(tiers: LimitTiers, own: readonly YamlValue[]): Promise<string | undefined> {
    const { labels } = this;
    const config = renderPrometheusCheck(this.base.read(), { tiers, folder: this.tree.folder, own, labels });
    this.tree.write(new Map([[checkFile, config]]));
    const result = await this.promtool(["check", "config", this.tree.buildingPath(checkFile)]);
    this.tree.write(new Map([[checkFile, null]]));
    return this.#problem(result);
  }

  /** As this program has written them, with who asks OpenStack; nobody else writes in that folder. */
  #scrapeConfigsIn(view: ReleaseView, paths: readonly string[]): readonly YamlValue[] {
    const access = this.openstack.read();
    const configs = paths.flatMap((path): ScrapeConfigs => {
      const text = view.read(path) ?? "[]";
      try {
        return JSON.parse(text);
      } catch (error) {
        throw new SpoiltFileError(this.name, path, error);
      }
    });
    return configs.map((config) => withAccess(config, access)).filter((config) => config !== undefined);
  }

  #problem({ ok, output }: CommandResult): string | undefined {
    return ok ? undefined : toolMessage(output, this.tree.buildingFolder);
  }
}

function pathOf(project: string): string {
  return `${rulesFolder}/${project}.yml`;
}
