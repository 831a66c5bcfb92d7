import { expect, it } from "vitest";
import { AgentWatch } from "../../server/rollout/agent-watch.js";

const pending = () => ({ value: "no", isFinal: false });
const done = () => ({ value: "yes", isFinal: true });

it("one asker may not fill the places of all others, and nobody those of the agents", async () => {
  const watch = new AgentWatch({ list: async () => [] });
  const over = new AbortController();
  const waits: Promise<unknown>[] = [];
  const wait = (asker: string | null) => waits.push(watch.until(pending, 60_000, over.signal, asker));
  const asked = (asker: string | null) => watch.until(done, 60_000, new AbortController().signal, asker);

  for (let count = 0; count < 50; count++) wait("one");
  await expect(asked("one")).rejects.toThrow("You have 50 questions waiting for agents already: let some end first.");
  expect(await asked("another")).toBe("yes");
  for (let count = 0; count < 950; count++) wait(`other ${count % 20}`);
  await expect(asked("another")).rejects.toThrow("Too many questions wait for agents already.");
  expect(await asked(null)).toBe("yes");

  over.abort();
  await Promise.allSettled(waits);
  expect(await asked("one")).toBe("yes");
});
