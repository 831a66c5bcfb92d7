import { once } from "node:events";
import { expect, test } from "vitest";
import { withTimeLimit } from "../../configurator/time-limit.js";
import { collectGarbage } from "../support/collect-garbage.js";

const never = new AbortController().signal;

test("ends when the time is over, even if garbage is collected meanwhile", async () => {
  const signal = withTimeLimit(never, 50);
  const ended = once(signal, "abort");
  collectGarbage();
  await ended;
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});

test("ends when the other signal does, for its reason", () => {
  const stopping = new AbortController();
  const signal = withTimeLimit(stopping.signal, 60_000);
  stopping.abort("stopped");
  expect(signal.reason).toBe("stopped");
});
