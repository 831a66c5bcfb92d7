import { expect, test } from "vitest";
import { Turns } from "../../server/core/turns.js";

test("work on one key runs in order and alone, also after a failure; other keys do not wait", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = turns.take("a", async () => {
    await held;
    seen.push("a1");
    throw new Error("a1 failed");
  });
  const second = turns.take("a", async () => seen.push("a2"));
  await turns.take("b", async () => seen.push("b"));
  release();
  await expect(first).rejects.toThrow("a1 failed");
  await second;
  expect(seen).toEqual(["b", "a1", "a2"]);
});
