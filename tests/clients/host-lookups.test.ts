import { expect, test } from "vitest";
import { HostLookups, resolveName } from "../../server/clients/host-lookups.js";
import { waitFor } from "../support/wait-for.js";

const hour = 3_600_000;

/** A resolver that answers when it is told to. */
class SlowNames {
  readonly asked: string[] = [];
  readonly #open: { readonly name: string; readonly end: (addresses: readonly string[] | Error) => void }[] = [];

  readonly resolve = (name: string) => {
    this.asked.push(name);
    return new Promise<readonly string[]>((resolve, reject) => {
      this.#open.push({ name, end: (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)) });
    });
  };

  get open(): readonly string[] {
    return this.#open.map(({ name }) => name);
  }

  /** Answers the oldest question. */
  answer(addresses: readonly string[] | Error = ["1.1.1.1"]): void {
    this.#open.shift()?.end(addresses);
  }

  /** Answers whatever is asked, until `work` is done. */
  async answerAll<T>(work: Promise<T>): Promise<T> {
    let done = false;
    void work.finally(() => (done = true));
    await waitFor(
      () => {
        while (this.#open.length > 0) this.answer();
        return done;
      },
      { what: "the look-ups to end" },
    );
    return work;
  }
}

const opened = (names: SlowNames, count: number) =>
  waitFor(() => names.open.length === count, { what: `${count} open questions` });

test("a request asks for each name once, and tells names that have no address from those that nobody could tell of", async () => {
  const asked: string[] = [];
  const lookups = new HostLookups(async (name) => {
    asked.push(name);
    if (name === "broken.example") throw Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" });
    return name === "none.example" ? [] : ["1.1.1.1", "::1"];
  }, hour);
  const request = lookups.ofOneRequest();
  const names = ["a.example", "none.example", "b.example", "a.example"];
  const found = [
    ["a.example", ["1.1.1.1", "::1"]],
    ["none.example", []],
    ["b.example", ["1.1.1.1", "::1"]],
  ];
  expect([...(await request.addressesOf(names, "p"))]).toEqual(found);
  expect([...(await request.addressesOf([...names, "broken.example"], "p"))]).toEqual(found);
  expect(asked.toSorted()).toEqual(["a.example", "b.example", "broken.example", "none.example"]);
  await lookups.ofOneRequest().addressesOf(["a.example"], "p");
  expect(asked).toHaveLength(5);
});

test("three names are looked up at once, two of one project, so that nobody waits for somebody else's hundreds", async () => {
  const names = new SlowNames();
  const lookups = new HostLookups(names.resolve, hour);
  const many = Array.from({ length: 50 }, (_, index) => `a${index}.example`);
  const first = lookups.ofOneRequest().addressesOf(many, "a");
  await opened(names, 2);
  const second = lookups.ofOneRequest().addressesOf(["b1.example", "b2.example"], "b");
  await opened(names, 3);
  expect(names.open).toEqual(["a0.example", "a1.example", "b1.example"]);
  names.answer();
  await opened(names, 3);
  expect(names.open).toEqual(["a1.example", "b1.example", "a2.example"]);
  names.answer();
  await opened(names, 3);
  expect(names.open).toEqual(["b1.example", "a2.example", "b2.example"]);
  const all = await names.answerAll(Promise.all([first, second]));
  expect(all.map(({ size }) => size)).toEqual([50, 2]);
});

test("a request waits no longer than its time, for all that it asks; later answers change nothing for it", async () => {
  const names = new SlowNames();
  const lookups = new HostLookups(names.resolve, 50);
  const request = lookups.ofOneRequest();
  const answer = request.addressesOf(["fast.example", "slow.example", "third.example"], "p");
  await opened(names, 2);
  names.answer();
  const found = await answer;
  expect([...found.keys()]).toEqual(["fast.example"]);
  const asked = names.asked.length;
  expect([...(await request.addressesOf(["other.example", "fast.example"], "p")).keys()]).toEqual(["fast.example"]);
  expect(names.asked).toHaveLength(asked);
  names.answer();
  names.answer(new Error("SERVFAIL"));
  expect([...found.keys()]).toEqual(["fast.example"]);
  // Nobody holds a turn any more, so the next request gets its own.
  await names.answerAll(lookups.ofOneRequest().addressesOf(["c.example"], "p"));
});

test("who tries again gets what came too late the first time, and what came in time then", async () => {
  const names = new SlowNames();
  const lookups = new HostLookups(names.resolve, 50);
  const all = ["fast.example", "slow.example"];
  const first = lookups.ofOneRequest().addressesOf(all, "p");
  await opened(names, 2);
  names.answer();
  expect([...(await first).keys()]).toEqual(["fast.example"]);
  names.answer(["1.1.1.2"]);
  await waitFor(
    async () => (await lookups.ofOneRequest().addressesOf(all, "p")).get("slow.example")?.[0] === "1.1.1.2",
    { what: "the late answer" },
  );
  expect([...(await lookups.ofOneRequest().addressesOf(all, "p"))]).toEqual([
    ["fast.example", ["1.1.1.1"]],
    ["slow.example", ["1.1.1.2"]],
  ]);
  expect(names.asked.filter((name) => name === "fast.example")).toHaveLength(1);
});

test("names of a request whose time is up are not looked up any more, though they were waiting", async () => {
  const names = new SlowNames();
  const lookups = new HostLookups(names.resolve, 50);
  const dead = (project: string) =>
    lookups.ofOneRequest().addressesOf(
      ["1", "2", "3"].map((each) => `${project}${each}.example`),
      project,
    );
  expect((await Promise.all([dead("a"), dead("b"), dead("c")])).map(({ size }) => size)).toEqual([0, 0, 0]);
  expect(names.asked).toEqual(["a1.example", "a2.example", "b1.example"]);
  const later = lookups.ofOneRequest().addressesOf(["d.example"], "d");
  await names.answerAll(later);
  expect(names.asked).toEqual(["a1.example", "a2.example", "b1.example", "d.example"]);
});

test("the machine's own resolver answers with all addresses, and with none for a name that cannot be", async () => {
  expect(await resolveName("127.0.0.1")).toEqual(["127.0.0.1"]);
  expect(await resolveName("localhost")).toEqual(
    expect.arrayContaining([expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]),
  );
  // A machine without a name server cannot tell.
  const nobody = await resolveName("name.invalid").catch((error: unknown) => error);
  expect(nobody instanceof Error ? nobody.message : nobody).toEqual(
    nobody instanceof Error ? expect.stringContaining("EAI_AGAIN") : [],
  );
});
