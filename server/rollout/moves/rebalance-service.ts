import type { Caller } from "../../access/caller.js";
import type { PrometheusView } from "../../clients/prometheus-view.js";
import { BadUserInputError } from "../../core/errors.js";
import type { ProjectShards } from "../../projects/project-shards.js";
import type { Shards } from "../shards/shards.js";
import { planRebalance } from "./plan-rebalance.js";
import type { ProjectMoveRepository } from "./project-move-repository.js";
import type { RebalancePlan } from "./rebalance.js";

const mostMoves = 500;

/** Plans which projects to move, by what each brings now. */
export class RebalanceService {
  constructor(
    private readonly shards: Shards,
    private readonly projects: ProjectShards,
    private readonly moves: ProjectMoveRepository,
    private readonly prometheus: Pick<PrometheusView, "loads">,
  ) {}

  /** The plan as of now; nothing is written. */
  async plan(caller: Caller, most: number): Promise<RebalancePlan> {
    caller.require("shard.read");
    if (most < 1 || most > mostMoves)
      throw new BadUserInputError(`"maxMoves" must be 1 to ${mostMoves}.`, ["maxMoves"]);
    const [living, moves, loads] = await Promise.all([
      this.projects.living(),
      this.moves.list(),
      this.prometheus.loads(caller.request.signal),
    ]);
    const moving = new Map(moves.map(({ projectId, toShard }) => [projectId, toShard]));
    const loaded = living.map((project) => ({
      id: project.id,
      name: project.name,
      shard: moving.get(project.id) ?? this.shards.of(project) ?? "",
      load: loads === null ? 1 : loads.of("samplesPerSecond", project.name),
      stays: project.shardPin !== null || moving.has(project.id),
    }));
    const planned = planRebalance(loaded, this.shards.all, most);
    const projects = await this.projects.findMany(planned.map(({ project }) => project.id));
    const steps = planned.flatMap(({ project, to, reason }, index) => {
      const [found, from, target] = [projects[index], this.shards.find(project.shard), this.shards.find(to)];
      if (found == null || from === null || target === null) return [];
      const series = loads?.of("series", project.name) ?? null;
      const samplesPerSecond = loads === null ? null : project.load;
      return [{ project: found, from, to: target, series, samplesPerSecond, reason }];
    });
    const weights = this.shards.all.reduce((sum, { weight }) => sum + weight, 0);
    const total = loaded.reduce((sum, { load }) => sum + load, 0);
    const goes = new Map(planned.map(({ project, to }) => [project.id, to]));
    const sum = (name: string, shardOf: (one: (typeof loaded)[number]) => string) =>
      loaded.reduce((all, one) => (shardOf(one) === name ? all + one.load : all), 0);
    return {
      measure: loads === null ? "PROJECTS" : "SAMPLES_PER_SECOND",
      moves: steps,
      shards: this.shards.all.map((shard) => ({
        shard,
        share: (total * shard.weight) / weights,
        before: sum(shard.name, (one) => one.shard),
        after: sum(shard.name, (one) => goes.get(one.id) ?? one.shard),
      })),
      seriesTwice: loads === null ? null : steps.reduce((all, { series }) => all + (series ?? 0), 0),
      underWay: moves.length,
    };
  }
}
