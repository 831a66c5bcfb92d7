import { describe, expect, test } from "vitest";
import { acceptMost } from "../../configurator/check/accept-most.js";

/** A check that refuses these items, and each of these pairs when both are there; it counts what it was asked. */
function checkOf(bad: readonly string[], pairs: readonly (readonly [string, string])[] = []) {
  const accepted = new Set<string>();
  const asked: string[] = [];
  const accept = async (items: readonly string[]) => {
    asked.push(items.join(""));
    const all = new Set([...accepted, ...items]);
    const found =
      bad.find((item) => all.has(item)) ?? pairs.find((pair) => pair.every((item) => all.has(item)))?.join("+");
    if (found !== undefined) return `refuses ${found}`;
    for (const item of items) accepted.add(item);
    return undefined;
  };
  return { accept, asked };
}

const items = [..."abcdefgh"];

describe("of many items", () => {
  test("all are accepted with one try where nothing is wrong, and none where there are none", async () => {
    const { accept, asked } = checkOf([]);
    expect(await acceptMost(items, accept)).toEqual({ accepted: items, refused: [], untried: [] });
    expect(asked).toEqual(["abcdefgh"]);
    expect(await acceptMost([], accept)).toEqual({ accepted: [], refused: [], untried: [] });
    expect(asked).toHaveLength(1);
  });

  test("those that fail by themselves are refused, each once it has failed twice", async () => {
    const { accept, asked } = checkOf(["c", "h"]);
    expect(await acceptMost(items, accept)).toEqual({
      accepted: [..."abdefg"],
      refused: [
        { item: "c", message: "refuses c" },
        { item: "h", message: "refuses h" },
      ],
      untried: [],
    });
    // What is left over of a refused part once its first half is accepted need not be tried as a whole.
    expect(asked).toEqual("abcdefgh abcd ab c c d efgh ef g h".split(" "));
  });

  test("of those that fail only together, the first goes on and the other is refused", async () => {
    const { accept } = checkOf([], [["b", "g"]]);
    const { accepted, refused } = await acceptMost(items, accept);
    expect(accepted).toEqual([..."abcdefh"]);
    expect(refused).toEqual([{ item: "g", message: "refuses b+g" }]);
  });

  test("one that failed for a moment is not accused", async () => {
    let tries = 0;
    const accept = async (some: readonly string[]) => (some.includes("a") && tries++ < 4 ? "a full disk" : undefined);
    expect(await acceptMost([..."abcd"], accept)).toMatchObject({ refused: [{ item: "a" }] });
    tries = 1;
    expect(await acceptMost([..."abcd"], accept)).toEqual({ accepted: [..."abcd"], refused: [], untried: [] });
  });

  test("those that there is no time for are neither accepted nor refused", async () => {
    const { accept, asked } = checkOf(["a"]);
    const found = await acceptMost(items, accept, () => asked.length < 3);
    expect(found).toEqual({ accepted: [], refused: [], untried: items });
    const more = checkOf(["a"]);
    expect(await acceptMost(items, more.accept, () => more.asked.length < 4)).toEqual({
      accepted: [],
      refused: [{ item: "a", message: "refuses a" }],
      untried: [..."bcdefgh"],
    });
  });
});
