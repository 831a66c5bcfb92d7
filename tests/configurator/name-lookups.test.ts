import { expect, test } from "vitest";
import { type Answer, NameLookups, resolveName } from "../../configurator/egress/name-lookups.js";
import { waitFor } from "../support/wait-for.js";

const never = new AbortController().signal;

/**
 * Look-ups whose names are answered when the test says so, those that end in "+" at once. A name's owner is its first letter,
 * its retries end in "!".
 */
class Names {
  readonly asked: string[] = [];
  readonly told: [string, Answer][] = [];
  nowMs = 0;
  readonly #open = new Map<string, (addresses: readonly string[]) => void>();
  readonly #lookups: NameLookups;

  constructor({ atOnce = 2, patienceMs = 3_600_000, signal = never } = {}) {
    const resolve = (name: string) => {
      this.asked.push(name);
      if (name.endsWith("+")) return Promise.resolve(["192.0.2.1"]);
      return new Promise<readonly string[]>((answer) => this.#open.set(name, answer));
    };
    this.#lookups = new NameLookups(resolve, { atOnce, patienceMs, slowMs: 1_000 }, signal, () => this.nowMs);
  }

  ask(...names: readonly string[]): Promise<void> {
    return this.askAs(undefined, ...names);
  }

  askAs(owner: string | undefined, ...names: readonly string[]): Promise<void> {
    const questions = names.map((name) => ({ owner: owner ?? name.charAt(0), name, isRetry: name.endsWith("!") }));
    return this.#lookups.ask(questions, (...each) => this.told.push(each));
  }

  answer(...names: readonly string[]): void {
    for (const name of names) {
      this.#open.get(name)?.(["192.0.2.1"]);
      this.#open.delete(name);
    }
  }

  async opened(...names: readonly string[]): Promise<void> {
    await waitFor(() => [...this.#open.keys()].join() === names.join(), {
      what: `open: ${names.join()}`,
      intervalMs: 1,
    });
  }

  get answered(): readonly string[] {
    return this.told.flatMap(([name, answer]) => (answer === undefined ? [] : [name]));
  }

  get missed(): readonly string[] {
    return this.told.flatMap(([name, answer]) => (answer === undefined ? [name] : []));
  }
}

test("so many names are looked up at once as there are threads for it, one of each owner, the owners in turns", async () => {
  const names = new Names();
  const done = names.ask("a1", "a2", "a3", "b1", "c1", "c2", "d1");
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
  expect(names.answered).toEqual(["b1", "c1", "d1", "a1", "c2", "a2", "a3"]);
});

test("a name that is being looked up is not looked up twice, whoever asks; one that waits behind others is when it can be", async () => {
  const names = new Names();
  const first = names.ask("a1", "a2");
  await names.opened("a1");
  const second = names.askAs("b", "a1", "a2");
  await names.opened("a1", "a2");
  names.answer("a1", "a2");
  await Promise.all([first, second]);
  expect([names.asked, names.answered]).toEqual([
    ["a1", "a2"],
    ["a1", "a2"],
  ]);
  const again = names.ask("a1");
  await names.opened("a1");
  names.answer("a1");
  await again;
});

test("a name that nobody answers in time is told as such and not waited for, nor are those that it holds up", async () => {
  const names = new Names({ patienceMs: 1 });
  await names.ask("a1", "a2", "a3");
  expect([names.asked, names.missed]).toEqual([["a1"], ["a1"]]);
  // An answer that comes late counts too.
  names.answer("a1");
  await names.opened("a2");
  expect(names.told.at(-1)).toEqual(["a1", ["192.0.2.1"]]);
});

test("dead names of many owners hold one thread for good, and the first of each one more, once", async () => {
  const names = new Names({ atOnce: 3, patienceMs: 1 });
  await names.ask("a1", "a2", "a3", "b1", "b2", "c1", "c2");
  await names.opened("a1", "b1", "c1");
  const good = names.ask("g1+", "g2+", "h1+");
  names.answer("a1");
  await good;
  expect(names.asked.slice(3)).toEqual(["g1+", "h1+", "g2+"]);
  // With all threads free but one, whoever is slow still waits for the one.
  names.answer("b1", "c1");
  await names.opened("a2");
  await names.ask("a4", "b3", "i1+");
  await names.opened("a2");
  names.answer("a2");
  await names.opened("b2");
});

test("of those who are slow, what was answered last time comes before what was not", async () => {
  const names = new Names({ patienceMs: 1 });
  await names.ask("a1", "a2!", "b1!", "b2!", "a3");
  await names.opened("a1", "b1!");
  names.answer("b1!");
  await names.opened("a1");
  names.answer("a1");
  await names.opened("a3");
  names.answer("a3");
  await names.opened("a2!");
  names.answer("a2!");
  await names.opened("b2!");
});

test("an answer that was there while the process was busy is not late", async () => {
  const told: unknown[] = [];
  const resolve = () => new Promise<readonly string[]>((answer) => setImmediate(() => answer(["192.0.2.1"])));
  const lookups = new NameLookups(resolve, { atOnce: 2, patienceMs: 1, slowMs: 1_000 }, never);
  const asked = lookups.ask([{ owner: "a", name: "a1", isRetry: false }], (...each) => told.push(each));
  for (const startedAt = performance.now(); performance.now() < startedAt + 20; );
  await asked;
  expect(told).toEqual([["a1", ["192.0.2.1"]]]);
});

test("whoever had a dead name is like all others again after a while", async () => {
  const names = new Names({ atOnce: 3, patienceMs: 1 });
  await names.ask("a1", "b1");
  names.nowMs = 2_000;
  const later = names.ask("c1");
  await names.opened("a1", "b1", "c1");
  names.answer("a1", "c1");
  await later;
  void names.ask("a2");
  await names.opened("b1", "a2");
});

test("with one thread alone, those who are slow have what the others leave", async () => {
  const names = new Names({ atOnce: 1, patienceMs: 1 });
  await names.ask("a1", "a2");
  const others = names.ask("b1", "c1");
  for (const name of ["a1", "b1", "c1", "a2"]) {
    await names.opened(name);
    names.answer(name);
  }
  await others;
});

test("after the signal nothing is looked up or told, and nobody is waited for", async () => {
  const stop = new AbortController();
  const names = new Names({ signal: stop.signal });
  const done = names.ask("a1", "a2", "b1");
  await names.opened("a1", "b1");
  names.answer("b1");
  await waitFor(() => names.told.length === 1, { what: "the answer" });
  stop.abort();
  await done;
  names.answer("a1");
  await names.ask("late");
  expect([names.answered, names.asked]).toEqual([["b1"], ["a1", "b1"]]);
});

test("a name that has no address is told apart from one of which nobody can tell", async () => {
  const told: unknown[] = [];
  const resolve = async (name: string) => {
    if (name === "broken") throw Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" });
    return name === "none" ? [] : ["192.0.2.1", "::1"];
  };
  const lookups = new NameLookups(resolve, { atOnce: 2, patienceMs: 3_600_000, slowMs: 1 }, never);
  const questions = ["broken", "none", "there"].map((name) => ({ owner: "p", name, isRetry: false }));
  await lookups.ask(questions, (...each) => told.push(each));
  expect(told).toEqual([
    ["broken", undefined],
    ["none", []],
    ["there", ["192.0.2.1", "::1"]],
  ]);
});

test("the machine's own resolver answers, and tells a name that is not there", async () => {
  expect(await resolveName("127.0.0.1")).toEqual(["127.0.0.1"]);
  // A machine without a name server cannot tell.
  const nobody = await resolveName("name.invalid").catch((error: unknown) => error);
  expect(nobody instanceof Error ? nobody.message : nobody).toEqual(
    nobody instanceof Error ? expect.stringContaining("EAI_AGAIN") : [],
  );
});
