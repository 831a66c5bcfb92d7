import { expect, it } from "vitest";
import { assignShard } from "../../server/rollout/shards/assign-shard.js";

const ids = Array.from({ length: 12_000 }, (_, index) => `prj_${index}`);
const shard = (name: string, weight = 1) => ({ name, weight });
const three = [shard("a"), shard("b"), shard("c")];
const namesOf = (shards: readonly ReturnType<typeof shard>[]) => ids.map((id) => assignShard(id, shards)?.name);
const shareOf = (names: readonly (string | undefined)[], name: string) =>
  names.filter((each) => each === name).length / names.length;

it("projects are spread over shards as their weights say", () => {
  const even = namesOf(three);
  for (const name of ["a", "b", "c"]) expect(shareOf(even, name)).toBeCloseTo(1 / 3, 1);
  const uneven = namesOf([shard("a", 3), shard("b")]);
  expect(Math.abs(shareOf(uneven, "a") - 0.75)).toBeLessThan(0.02);
});

it("another shard takes its own share of projects and no more, and one that goes leaves the others' in place", () => {
  const before = namesOf(three);
  const after = namesOf([...three, shard("d")]);
  const moved = after.filter((name, index) => name !== before[index]);
  expect(new Set(moved)).toEqual(new Set(["d"]));
  expect(Math.abs(moved.length / ids.length - 1 / 4)).toBeLessThan(0.02);
  const without = namesOf(three.slice(0, 2));
  expect(ids.filter((_, index) => before[index] !== "c" && without[index] !== before[index])).toEqual([]);
});

it("the order of the settings does not matter, and without shards there is none", () => {
  expect(namesOf(three.toReversed())).toEqual(namesOf(three));
  expect(assignShard("prj_1", [])).toBeNull();
});
