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
 * Few moves that bring shards near to their shares, by weight, of what all projects bring: each takes from the shard that has
 * most too much to the one that lacks most the project that makes the two most alike; where what is in the one must stay, or is
 * too much for the other, from the next. Of projects as good as that, within a tenth, the one that hashing would have put there
 * goes, so that a later shard moves less. A shard of weight 0 is emptied. The same input gives the same plan.
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
    const ordered = open.map(({ name }) => name).toSorted((a, b) => excess(b) - excess(a) || (a < b ? -1 : 1));
    const pairs = ordered.flatMap((from, index) =>
      ordered
        .slice(index + 1)
        .reverse()
        .map((to) => ({ from, to })),
    );
    const step = firstOf(pairs, ({ from, to }) => {
      const [over, under] = [excess(from), -excess(to)];
      const near = (name: string) => tolerance * (share.get(name) ?? 0);
      if (over <= near(from) && under <= near(to)) return undefined;
      // As near to each other as they are to be, although both have too much or too little: others cannot give or take.
      if (over + under <= Math.max(near(from), near(to))) return undefined;
      const here = [...movable.values()].filter(({ shard }) => shard === from);
      const project = bestOf(here, (over + under) / 2, ({ id }) => assignShard(id, open)?.name === to);
      return project && { project, from, to, over, under };
    });
    if (step === undefined) return moves;
    const { project, from, to, over, under } = step;
    move(project, to, `Shard ${asTold(from, over, share.get(from))}, ${asTold(to, -under, share.get(to))}.`);
  }
  return moves;
}

/** The project whose load comes nearest to what makes two shards alike; undefined when each would make them differ as much. */
function bestOf(
  projects: readonly LoadedProject[],
  wanted: number,
  isAtHome: (project: LoadedProject) => boolean,
): LoadedProject | undefined {
  const distance = ({ load }: LoadedProject) => Math.abs(load - wanted);
  const fitting = projects
    .filter((one) => one.load > 0 && distance(one) < wanted)
    .toSorted((a, b) => distance(a) - distance(b));
  const [nearest] = fitting;
  if (nearest === undefined) return undefined;
  const asGood = fitting.filter((one) => distance(one) <= distance(nearest) + wanted / 10);
  return asGood.find(isAtHome) ?? nearest;
}

function firstOf<T, R>(things: readonly T[], find: (thing: T) => R | undefined): R | undefined {
  for (const thing of things) {
    const found = find(thing);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** "two" has 13 % more than its share. */
function asTold(name: string, excess: number, share = 0): string {
  return `"${name}" has ${Math.round((100 * Math.abs(excess)) / share)} % ${excess < 0 ? "less" : "more"} than its share`;
}
