import { beforeEach, expect, test } from "vitest";
import { KnownNames } from "../../configurator/egress/known-names.js";
import { NameLookups } from "../../configurator/egress/name-lookups.js";
import { Policy } from "../../configurator/egress/policy.js";
import { anywherePolicy } from "./support/egress.js";

const freshMs = 1_000;
const lax = new Policy(anywherePolicy);
const strict = new Policy({ ...anywherePolicy, networks: [{ network: "192.0.2.0/24", allowed: true }] });

let nowMs: number;
let asked: string[];
let moved: [string, boolean][];
/** What names lead to; of others nobody can tell. */
let addresses: Map<string, readonly string[]>;
let names: KnownNames;

function make(): KnownNames {
  const resolve = async (name: string) => {
    asked.push(name);
    const found = addresses.get(name);
    if (found === undefined) throw Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" });
    return found;
  };
  const limits = { atOnce: 1, patienceMs: 3_600_000, slowMs: 1 };
  const lookups = new NameLookups(resolve, limits, new AbortController().signal);
  const known = new KnownNames(
    lookups,
    freshMs,
    () => new Date(nowMs),
    (...each) => moved.push(each),
  );
  known.judgeBy(lax);
  return known;
}

beforeEach(() => {
  nowMs = 1_000_000;
  [asked, moved, addresses] = [[], [], new Map()];
  names = make();
});

/** What is asked for in a check at this time. */
async function checkAt(ms: number, ...used: readonly string[]): Promise<readonly string[]> {
  nowMs = 1_000_000 + ms;
  asked = [];
  await names.check([["p", used]]);
  // What waits for a slow turn is not waited for; with all answers there at once it has it a moment later.
  await new Promise((resolve) => setImmediate(resolve));
  return asked;
}

test("a name is looked up again when its last look-up is old, and a silent one ever more rarely, within limits", async () => {
  addresses.set("a", ["192.0.2.1"]);
  const times: number[] = [];
  for (let ms = 0; ms < 70_000; ms += 500) {
    const looked = await checkAt(ms, "silent", "a");
    expect(looked.includes("a")).toBe(ms % freshMs === 0);
    if (looked.includes("silent")) times.push(ms / freshMs);
  }
  expect(times).toEqual([0, 1, 3, 7, 15, 31, 47, 63]);
  // Once it answers it is like all others.
  addresses.set("silent", ["192.0.2.2"]);
  expect(await checkAt(79_000, "silent")).toEqual(["silent"]);
  expect(await checkAt(80_000, "silent")).toEqual(["silent"]);
});

test("the oldest look-up is renewed first", async () => {
  for (const name of ["a", "b", "c"]) addresses.set(name, ["192.0.2.1"]);
  await checkAt(0, "c");
  await checkAt(100, "b");
  expect(await checkAt(5_000, "a", "b", "c")).toEqual(["a", "c", "b"]);
});

test("what never had an address is told apart from what is not known, and has no verdict of its own", async () => {
  addresses.set("none", []).set("good", ["192.0.2.1"]).set("far", ["198.51.100.1"]);
  await checkAt(0, "none", "silent", "good", "far");
  const states = () => ["none", "silent", "good", "far", "new"].map((name) => names.stateOf(name));
  expect(states()).toEqual(["UNRESOLVED", "UNKNOWN", "ALLOWED", "ALLOWED", "UNKNOWN"]);
  names.judgeBy(strict);
  expect(states()).toEqual(["UNRESOLVED", "UNKNOWN", "ALLOWED", "REFUSED", "UNKNOWN"]);
  // Who has had addresses and has them no more stays as he was.
  addresses.set("good", []).set("far", []);
  await checkAt(5_000, "good", "far");
  expect(states()).toEqual(["UNRESOLVED", "UNKNOWN", "ALLOWED", "REFUSED", "UNKNOWN"]);
});

test("whoever listens is told of each name that leads elsewhere, and whether that makes a difference", async () => {
  addresses.set("a", ["192.0.2.1", "192.0.2.2"]);
  names.judgeBy(strict);
  await checkAt(0, "a", "silent");
  addresses.set("a", ["192.0.2.2", "192.0.2.1"]);
  await checkAt(5_000, "a");
  addresses.set("a", ["192.0.2.3"]);
  await checkAt(10_000, "a");
  addresses.set("a", ["198.51.100.1"]);
  await checkAt(15_000, "a");
  expect(moved).toEqual([
    ["a", true],
    ["a", false],
    ["a", true],
  ]);
});

test("what is remembered is judged by the policy of now, and known silent ones are asked for last", async () => {
  addresses.set("a", ["198.51.100.1"]).set("none", []);
  await checkAt(0, "silent", "a", "none");
  const { remembered } = names;
  expect(remembered).toEqual({ addresses: { a: ["198.51.100.1"], none: [] }, silent: ["silent"] });
  names = make();
  names.judgeBy(strict);
  names.remember(remembered);
  expect(["a", "none", "silent"].map((name) => names.stateOf(name))).toEqual(["REFUSED", "UNRESOLVED", "UNKNOWN"]);
  expect(await checkAt(0, "silent", "none", "a")).toEqual(["none", "a", "silent"]);
});
