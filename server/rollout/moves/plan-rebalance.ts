import { assignShard, type Weighted } from "../shards/assign-shard.js";

/** A project as a plan sees it. */
export interface LoadedProject {
  readonly id: string;
  readonly name: string;
  readonly shard: string;
  /** What it brings, in whatever unit all of them are measured in. */
  readonly load: number;
  /** Whether it stays where it is: it is pinned, or on its way. */
  readonly stays: boolean;
}

/** One move of a plan. */
export interface MovePlan {
  readonly project: LoadedProject;
  readonly to: string;
  readonly reason: string;
}

/** How far a shard may be from its share before anything is moved. */
const tolerance = 0.05;

/**
 * The fewest moves that bring shards near to their shares, by weight, of what all projects bring: each takes from the shard
 * that has most too much to the one that lacks most, the project that comes nearest to what is to be moved. Of projects as
 * good as that, within a tenth, the one that hashing would have put there goes, so that a later shard moves less. A shard of
 * weight 0 is emptied. The same input gives the same plan.
 */
export function planRebalance(
  projects: readonly LoadedProject[],
  shards: readonly Weighted[],
  mostMoves: number,
): readonly MovePlan[] {
  const open = shards.filter(({ weight }) => weight > 0);
  if (open.length === 0) return [];
  const weights = open.reduce((sum, { weight }) => sum + weight, 0);
  const total = projects.reduce((sum, { load }) => sum + load, 0);
  const share = new Map(shards.map(({ name, weight }) => [name, (total * weight) / weights]));
  const load = new Map(shards.map(({ name }) => [name, 0]));
  for (const { shard, load: more } of projects) load.set(shard, (load.get(shard) ?? 0) + more);
  const excess = (name: string) => (load.get(name) ?? 0) - (share.get(name) ?? 0);
  const movable = new Map(
    projects
      .filter(({ stays }) => !stays)
      .toSorted((a, b) => b.load - a.load || (a.name < b.name ? -1 : 1))
      .map((project) => [project.id, project]),
  );
  const moves: MovePlan[] = [];
  const move = (project: LoadedProject, to: string, reason: string) => {
    moves.push({ project, to, reason });
    movable.delete(project.id);
    load.set(project.shard, (load.get(project.shard) ?? 0) - project.load);
    load.set(to, (load.get(to) ?? 0) + project.load);
  };

  const closing = new Set(shards.filter(({ weight }) => weight === 0).map(({ name }) => name));
  for (const project of [...movable.values()].filter(({ shard }) => closing.has(shard))) {
    if (moves.length >= mostMoves) return moves;
    const [least] = open.toSorted((a, b) => excess(a.name) - excess(b.name));
    const to = project.load === 0 ? assignShard(project.id, open) : least;
    if (to != null) move(project, to.name, `Shard "${project.shard}" has the weight 0: it is emptied.`);
  }
  while (moves.length < mostMoves) {
    const ordered = open.toSorted((a, b) => excess(b.name) - excess(a.name) || (a.name < b.name ? -1 : 1));
    const [from, to] = [ordered[0]?.name ?? "", ordered.at(-1)?.name ?? ""];
    const [over, under] = [excess(from), -excess(to)];
    if (over <= tolerance * (share.get(from) ?? 0) && under <= tolerance * (share.get(to) ?? 0)) return moves;
    // What makes both nearer to their shares: at best as much as is too much here and lacks there.
    const wanted = Math.min(over, under);
    const distance = (one: LoadedProject) => Math.abs(one.load - wanted);
    const fitting = [...movable.values()]
      .filter((one) => one.shard === from && one.load > 0 && distance(one) < wanted)
      .toSorted((a, b) => distance(a) - distance(b));
    const least = fitting[0] === undefined ? 0 : distance(fitting[0]);
    const asGood = fitting.filter((one) => distance(one) <= least + wanted / 10);
    const best = asGood.find(({ id }) => assignShard(id, open)?.name === to) ?? asGood[0];
    if (best === undefined) return moves;
    move(
      best,
      to,
      `Shard "${from}" has ${percentOf(over, share.get(from))} more than its share, "${to}" ${percentOf(under, share.get(to))} less.`,
    );
  }
  return moves;
}

function percentOf(part: number, whole = 0): string {
  return `${Math.round((100 * part) / whole)} %`;
}
