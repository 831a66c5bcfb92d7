import { expect, test } from "vitest";
import { waitFor } from "./wait-for.js";

test("waitFor gives the first truthy value, and takes errors for not yet", async () => {
  const answers = [() => undefined, () => Promise.reject(new Error("refused")), () => 0, () => "there"];
  expect(await waitFor(() => answers.shift()?.(), { what: "an answer", intervalMs: 1 })).toBe("there");
  expect(answers).toEqual([]);
});

test("waitFor says at the deadline what it waited for and what it saw last", async () => {
  const wait = { what: "the alert", deadlineMs: 60, intervalMs: 10 };
  await expect(waitFor(() => false, wait)).rejects.toThrow("waited 0.06 s for the alert; the last value was false");
  await expect(waitFor(() => Promise.reject(new Error("refused")), wait)).rejects.toThrow(
    /^waited 0.06 s for the alert; the last error was Error: refused/,
  );
  await expect(waitFor(() => new Promise<true>(() => {}), wait)).rejects.toThrow(
    "waited 0.06 s for the alert; it never answered",
  );
});
