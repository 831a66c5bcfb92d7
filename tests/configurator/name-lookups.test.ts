import { expect, test } from "vitest";
import { NameLookups, resolveName } from "../../configurator/egress/name-lookups.js";
import { waitFor } from "../support/wait-for.js";

/** A resolver that answers for a name when it is told to. */
class Names {
  readonly asked: string[] = [];
  readonly #open = new Map<string, (addresses: readonly string[]) => void>();

  readonly resolve = (name: string) => {
    this.asked.push(name);
    return new Promise<readonly string[]>((resolve) => this.#open.set(name, resolve));
  };

  answer(name: string): void {
    this.#open.get(name)?.(["192.0.2.1"]);
    this.#open.delete(name);
  }

  get open(): readonly string[] {
    return [...this.#open.keys()];
  }

  async opened(...names: readonly string[]): Promise<void> {
    await waitFor(() => this.open.join() === names.join(), {
      what: `open: ${names.join()}`,
      intervalMs: 1,
    });
  }
}

const never = new AbortController().signal;

test("so many names are looked up at once as it was made for, one of each lane, the lanes in turns", async () => {
  const names = new Names();
  const lookups = new NameLookups(names.resolve, 2);
  const told: string[] = [];
  const done = lookups.tell([["a1", "a2", "a3"], ["b1"], ["c1", "c2"], ["d1"]], never, (name) => told.push(name));
  await names.opened("a1", "b1");
  // Whoever answers slowly holds up nobody else.
  names.answer("b1");
  await names.opened("a1", "c1");
  names.answer("c1");
  await names.opened("a1", "d1");
  names.answer("d1");
  await names.opened("a1", "c2");
  names.answer("a1");
  await names.opened("c2", "a2");
  names.answer("c2");
  await names.opened("a2");
  names.answer("a2");
  await names.opened("a3");
  names.answer("a3");
  await done;
  expect(told).toEqual(["b1", "c1", "d1", "a1", "c2", "a2", "a3"]);
});

test("two who ask at once share what there is", async () => {
  const names = new Names();
  const lookups = new NameLookups(names.resolve, 1);
  const first = lookups.tell([["a1", "a2"]], never, () => {});
  const second = lookups.tell([["b1"]], never, () => {});
  for (const name of ["a1", "b1", "a2"]) {
    await names.opened(name);
    names.answer(name);
  }
  await Promise.all([first, second]);
});

test("after the signal nothing is told, and nobody is waited for", async () => {
  const names = new Names();
  const lookups = new NameLookups(names.resolve, 2);
  const stop = new AbortController();
  const told: string[] = [];
  const done = lookups.tell([["a1", "a2"], ["b1"]], stop.signal, (name) => told.push(name));
  await names.opened("a1", "b1");
  names.answer("b1");
  await waitFor(() => told.length === 1, { what: "the answer" });
  stop.abort();
  await done;
  names.answer("a1");
  await lookups.tell([["late"]], stop.signal, (name) => told.push(name));
  expect(told).toEqual(["b1"]);
  expect(names.asked).toEqual(["a1", "b1"]);
});

test("a name that has no address, or of which nobody knows, is told as such", async () => {
  const lookups = new NameLookups(async (name) => {
    if (name === "gone") throw new Error("ENOTFOUND");
    return name === "none" ? [] : ["192.0.2.1", "::1"];
  }, 2);
  const told: unknown[] = [];
  await lookups.tell([["gone", "none", "there"]], never, (...each) => told.push(each));
  expect(told).toEqual([
    ["gone", undefined],
    ["none", undefined],
    ["there", ["192.0.2.1", "::1"]],
  ]);
});

test("the machine's own resolver answers", async () => {
  expect(await resolveName("127.0.0.1")).toEqual(["127.0.0.1"]);
  await expect(resolveName("name.invalid")).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
});
