import { expect, test } from "vitest";
import { SharedMessages } from "../../server/http/shared-messages.js";

test("a message is made once for those who come for it soon, and its event is let go of afterwards", async () => {
  let nowMs = 0;
  let made = 0;
  const messages = new SharedMessages(() => nowMs);
  messages.enter();
  const execute = async () => ({ message: Buffer.from(`${++made}`), isForAll: true });
  const ask = async (event: object) => {
    const { message, isShared } = await messages.of(event, "key", execute);
    return `${message}${isShared ? " shared" : ""}`;
  };
  const [first, second] = [{}, {}];
  expect(await Promise.all([ask(first), ask(first)])).toEqual(["1", "1 shared"]);
  nowMs = 10_000;
  expect(await ask(first)).toBe("1 shared");
  nowMs = 10_001;
  expect(await ask(second)).toBe("2");
  expect(await ask(first)).toBe("3");
  expect(await ask(second)).toBe("2 shared");
});
