import { expect, it } from "vitest";
import { type LoadedProject, planRebalance } from "../../server/rollout/moves/plan-rebalance.js";

const shard = (name: string, weight = 1) => ({ name, weight });
const project = (name: string, at: string, load: number, stays = false): LoadedProject => {
  return { id: `prj_${name}`, name, shard: at, load, stays };
};
const shown = (projects: readonly LoadedProject[], shards: ReturnType<typeof shard>[], most = 50) =>
  planRebalance(projects, shards, most).map((move) => `${move.project.name} ${move.project.shard}→${move.to}`);

it("moves what comes nearest to what one shard has too much and the other lacks", () => {
  const projects = [project("a", "one", 50), project("b", "one", 30), project("c", "one", 20), project("d", "two", 2)];
  expect(shown(projects, [shard("one"), shard("two")])).toEqual(["a one→two"]);
});

it("moves nothing where shards are within five per cent of their shares, or no move would help", () => {
  expect(shown([project("a", "one", 102), project("b", "two", 98)], [shard("one"), shard("two")])).toEqual([]);
  expect(shown([project("a", "one", 100), project("b", "two", 10)], [shard("one"), shard("two")])).toEqual([]);
});

it("goes by weights, leaves what stays, and makes no more moves than it may", () => {
  const projects = Array.from({ length: 40 }, (_, index) => project(`p${index}`, "one", 1, index < 10));
  const plan = planRebalance(projects, [shard("one", 1), shard("two", 3)], 500);
  expect(plan.length).toBe(30);
  expect(plan.every(({ to, project: { name } }) => to === "two" && Number(name.slice(1)) >= 10)).toBe(true);
  expect(shown(projects, [shard("one", 1), shard("two", 3)], 7)).toHaveLength(7);
});

it("empties a shard of weight 0, of what has no load too, into the others by what they lack", () => {
  const projects = [
    project("a", "old", 10),
    project("b", "old", 0),
    project("c", "one", 10),
    project("pinned", "old", 9, true),
  ];
  const plan = planRebalance(projects, [shard("old", 0), shard("one"), shard("two")], 50);
  expect(plan.map((move) => [move.project.name, move.reason])).toEqual([
    ["a", 'Shard "old" has the weight 0: it is emptied.'],
    ["b", 'Shard "old" has the weight 0: it is emptied.'],
  ]);
  expect(plan[0]?.to).toBe("two");
});

it("takes from the others where the one that has most too much has only what stays", () => {
  const projects = [
    project("pinned", "one", 86, true),
    project("a", "two", 30),
    project("b", "two", 30),
    project("c", "three", 10),
  ];
  const plan = planRebalance(projects, [shard("one"), shard("two"), shard("three")], 50);
  expect(plan.map((move) => [move.project.name, move.to, move.reason])).toEqual([
    ["a", "three", 'Shard "two" has 15 % more than its share, "three" has 81 % less than its share.'],
  ]);
});

it("takes from the next where what one shard has too much is one project, too large for the other", () => {
  const projects = [
    project("big", "one", 80),
    project("a", "two", 40),
    project("b", "two", 20),
    project("c", "two", 10),
  ];
  expect(shown(projects, [shard("one"), shard("two"), shard("three")])).toEqual(["a two→three"]);
});

it("is the same whichever order the projects come in", () => {
  const projects = Array.from({ length: 60 }, (_, index) =>
    project(`p${index}`, index % 3 ? "one" : "two", (index * 7) % 13),
  );
  const shards = [shard("one"), shard("two"), shard("three", 2)];
  expect(shown(projects.toReversed(), shards)).toEqual(shown(projects, shards));
});
