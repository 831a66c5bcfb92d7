import { expect, test } from "vitest";
import { TrailingRun } from "../../server/alerts/trailing-run.js";

test("who calls while a run is under way shares the next one, and nobody gets one that began before the call", async () => {
  const ends: ((result: number) => void)[] = [];
  const work = new TrailingRun(() => new Promise<number>((resolve) => ends.push(resolve)));
  const first = work.run();
  await new Promise(setImmediate);
  const rest = [work.run(), work.run(), work.run()];
  await new Promise(setImmediate);
  expect(ends).toHaveLength(1);
  ends[0]?.(1);
  expect(await first).toBe(1);
  await new Promise(setImmediate);
  expect(ends).toHaveLength(2);
  ends[1]?.(2);
  expect(await Promise.all(rest)).toEqual([2, 2, 2]);
});

test("a run that fails fails for those who share it, and not for who comes later", async () => {
  let runs = 0;
  const work = new TrailingRun(async () => {
    if (++runs === 1) throw new Error("not now");
    return runs;
  });
  await expect(work.run()).rejects.toThrow("not now");
  expect(await work.run()).toBe(2);
});
