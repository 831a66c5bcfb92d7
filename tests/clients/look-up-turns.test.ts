import { expect, test } from "vitest";
import { LookUpTurns } from "../../server/clients/look-up-turns.js";
import { waitFor } from "../support/wait-for.js";

/** Look-ups that last until they are ended. */
class Table {
  nowMs = 0;
  readonly begun: string[] = [];
  readonly #open = new Map<string, () => void>();
  readonly turns: LookUpTurns;

  constructor(patienceMs: number) {
    this.turns = new LookUpTurns({ atOnce: 3, ofOneOwner: 2, patienceMs, slowMs: 1_000 }, () => this.nowMs);
  }

  take(names: readonly string[], signal = new AbortController().signal): Promise<unknown> {
    const work = (name: string) => () => {
      this.begun.push(name);
      return new Promise<string>((resolve) => this.#open.set(name, () => resolve(name)));
    };
    return Promise.all(names.map((name) => this.turns.take(name.charAt(0), signal, work(name))));
  }

  end(...names: readonly string[]): void {
    for (const name of names) {
      this.#open.get(name)?.();
      this.#open.delete(name);
    }
  }

  async opened(...names: readonly string[]): Promise<void> {
    await waitFor(() => [...this.#open.keys()].join() === names.join(), { what: names.join(), intervalMs: 1 });
  }
}

test("owners take turns, and no one of them has all there is", async () => {
  const table = new Table(3_600_000);
  void table.take(["a1", "a2", "a3", "a4"]);
  void table.take(["b1", "b2"]);
  void table.take(["c1"]);
  await table.opened("a1", "a2", "b1");
  table.end("b1");
  await table.opened("a1", "a2", "b2");
  table.end("a1");
  await table.opened("a2", "b2", "c1");
});

test("owners of names that nobody answers for have one slow turn together, until some time has passed", async () => {
  const table = new Table(1);
  void table.take(["a1", "a2", "a3", "a4", "b1", "b2"]);
  await table.opened("a1", "a2", "b1");
  await waitFor(() => table.turns.isSlow("a") && table.turns.isSlow("b"), { what: "both to be late" });
  // Whoever comes now is not slow, and gets whatever is free.
  const others = ["c1", "d1", "e1", "f1"];
  for (const [index, name] of others.entries()) {
    void table.take([name]);
    table.end(...(index === 0 ? ["a1"] : others.slice(0, index)));
    await table.opened("a2", "b1", name);
  }
  // A slow turn is free again when no dead name holds a thread any more.
  table.end("a2", "f1");
  await table.opened("b1");
  table.end("b1");
  await table.opened("a3");
  void table.take(["g1", "g2", "a5"]);
  await table.opened("a3", "g1", "g2");
  table.end("a3");
  await table.opened("g1", "g2", "b2");
  table.nowMs = 2_000;
  table.end("g1");
  void table.take(["a6"]);
  await table.opened("g2", "b2", "a6");
});

test("what nobody waits for any more is not begun", async () => {
  const table = new Table(3_600_000);
  const stop = new AbortController();
  void table.take(["a1", "a2", "b1"]);
  const dropped = table.take(["a3", "b2", "c1"], stop.signal);
  stop.abort();
  void table.take(["d1"]);
  await table.opened("a1", "a2", "b1");
  table.end("a1", "a2");
  expect(await dropped).toEqual([undefined, undefined, undefined]);
  await table.opened("b1", "d1");
  expect(table.begun).toEqual(["a1", "a2", "b1", "d1"]);
});

test("an answer that was there while the process was busy is not late", async () => {
  const turns = new LookUpTurns({ atOnce: 3, ofOneOwner: 2, patienceMs: 1, slowMs: 1_000 });
  const answer = turns.take(
    "a",
    new AbortController().signal,
    () => new Promise<void>((resolve) => setImmediate(resolve)),
  );
  for (const startedAt = performance.now(); performance.now() < startedAt + 20; );
  await answer;
  expect(turns.isSlow("a")).toBe(false);
});

test("work that fails frees its turn", async () => {
  const turns = new LookUpTurns({ atOnce: 1, ofOneOwner: 1, patienceMs: 1_000, slowMs: 1_000 });
  const { signal } = new AbortController();
  expect(await turns.take("a", signal, () => Promise.reject(new Error("SERVFAIL")))).toBeUndefined();
  expect(await turns.take("a", signal, async () => "answer")).toBe("answer");
});
