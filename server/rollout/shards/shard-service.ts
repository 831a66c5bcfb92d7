import type { Caller } from "../../access/caller.js";
import type { PrometheusView } from "../../clients/prometheus-view.js";
import { BatchSource } from "../../core/loaders.js";
import { SettingsError } from "../../core/settings-file.js";
import type { Project } from "../../projects/project.js";
import type { ProjectShards } from "../../projects/project-shards.js";
import type { Agent } from "../agent.js";
import type { ProjectMoveRepository } from "../moves/project-move-repository.js";
import type { Shard, ShardLoad } from "./shard.js";
import type { Shards } from "./shards.js";

/** So many projects are put into a shard with one statement. */
const assignedAtOnce = 500;

/** The shards, with what is in each of them. */
export class ShardService {
  readonly #projects = new BatchSource<string, Awaited<ReturnType<ProjectShards["living"]>>>(async (keys) => {
    const projects = await this.repository.living();
    return keys.map(() => projects);
  });

  constructor(
    private readonly shards: Shards,
    private readonly repository: ProjectShards,
    private readonly prometheus: Pick<PrometheusView, "loads">,
    private readonly moves: Pick<ProjectMoveRepository, "list">,
  ) {}

  /** All shards, in the order of the settings. */
  list(caller: Caller): readonly Shard[] {
    caller.require("shard.read");
    return this.shards.all;
  }

  /** The shard of a project or of an agent; null for who may not know. */
  ofProject(caller: Caller, project: Project): Shard | null {
    return caller.may("shard.read") ? this.shards.find(this.shards.of(project)) : null;
  }

  ofAgent(caller: Caller, agent: Agent): Shard | null {
    return caller.may("shard.read") ? this.shards.find(agent.shard) : null;
  }

  /** How many living projects a shard has. */
  async projectCount(caller: Caller, shard: Shard): Promise<number> {
    return (await this.#namesIn(caller, shard)).length;
  }

  /** What a shard's projects bring; null while no Prometheus has ever answered. */
  async load(caller: Caller, shard: Shard): Promise<ShardLoad | null> {
    const [loads, names] = await Promise.all([
      this.prometheus.loads(caller.request.signal),
      this.#namesIn(caller, shard),
    ]);
    if (loads === null) return null;
    const sum = (load: keyof ShardLoad) => names.reduce((total, name) => total + loads.of(load, name), 0);
    return { series: sum("series"), samplesPerSecond: sum("samplesPerSecond") };
  }

  /** Throws when living projects are in a shard that the settings no longer have, on their way to it or pinned to it. */
  async check(): Promise<void> {
    if (this.shards.all.length === 0) return;
    const [living, moves] = await Promise.all([this.repository.living(), this.moves.list()]);
    const goesTo = new Map(moves.map(({ projectId, toShard }) => [projectId, toShard]));
    for (const { id, name, shardName, shardPin } of living) {
      this.#requireThere(shardName, `project "${name}" is in`, "Keep it while it has projects.");
      this.#requireThere(goesTo.get(id) ?? null, `project "${name}" is on its way to`, "Keep it, or cancel the move.");
      this.#requireThere(shardPin, `project "${name}" is pinned to`, "Keep it, or unpin the project.");
    }
  }

  /** Puts projects from before there were shards where `assign` says, so that other settings leave them there. */
  async assignRest(): Promise<void> {
    if (this.shards.all.length === 0) return;
    const rest = (await this.repository.living()).filter(({ shardName }) => shardName === null);
    for (const { name } of this.shards.all) {
      const ids = rest.flatMap(({ id }) => (this.shards.assign(id) === name ? [id] : []));
      for (let start = 0; start < ids.length; start += assignedAtOnce) {
        await this.repository.assign(ids.slice(start, start + assignedAtOnce), name);
      }
    }
  }

  #requireThere(name: string | null, what: string, advice: string): void {
    if (name === null || this.shards.find(name) !== null) return;
    throw new SettingsError(`shards: ${what} shard "${name}", which is not there. ${advice}`);
  }

  async #namesIn(caller: Caller, shard: Shard): Promise<readonly string[]> {
    const projects = await caller.loaders.for(this.#projects).load("all");
    return projects.flatMap((project) => (this.shards.of(project) === shard.name ? [project.name] : []));
  }
}
