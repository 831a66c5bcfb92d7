import { expect, test } from "vitest";
import { findFailing } from "../../configurator/check/find-failing.js";

const items = [..."abcdefgh"];

/** A check that refuses these items and names some of them, or others. */
function checkOf(bad: string, names: (failing: readonly string[]) => string) {
  const asked: string[] = [];
  const check = async (some: readonly string[]) => {
    asked.push(some.join(""));
    const failing = some.filter((item) => bad.includes(item));
    return failing.length === 0 ? undefined : names(failing);
  };
  return { check, asked };
}
const namedIn = (message: string) => new Set(message);
const found = (failing: string) => [...failing].map((item) => ({ item, message: item }));

test("items that a check names cost one check each, and the rest one", async () => {
  const { check, asked } = checkOf("bcg", (failing) => failing.join(""));
  expect(await findFailing(items, check, namedIn)).toEqual(found("bcg"));
  expect(asked).toEqual(["abcdefgh", "b", "c", "g", "adefh"]);
});

test("those that it does not name are found among the others", async () => {
  const { check, asked } = checkOf("bg", ([first = ""]) => first);
  expect(await findFailing(items, check, namedIn)).toEqual(found("bg"));
  expect(asked).toEqual(["abcdefgh", "b", "acdefgh", "g", "acdefh"]);
});

test("nobody is accused because of a name alone", async () => {
  const { check, asked } = checkOf("b", (failing) => (failing.length === 1 ? "ef" : "b"));
  expect(await findFailing(items, check, namedIn)).toEqual([{ item: "b", message: "ef" }]);
  expect(asked.length).toBeLessThan(2 * items.length);
});

test("without names it is each half that is checked", async () => {
  const { check, asked } = checkOf("b", (failing) => failing.join(""));
  expect(await findFailing(items, check)).toEqual(found("b"));
  expect(asked).toEqual("abcdefgh abcd ab a b cd efgh".split(" "));
});
