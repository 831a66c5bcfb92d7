import { beforeEach, expect, test } from "vitest";
import { SharedRead } from "../../server/clients/shared-read.js";
import { UpstreamUnavailableError } from "../../server/core/errors.js";

interface Asked {
  readonly answer: (value: string) => void;
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

let clock: number;
let asked: Asked[];
let read: SharedRead<string>;

beforeEach(() => {
  clock = 1_000_000;
  asked = [];
  read = new SharedRead((signal) => new Promise((answer, fail) => asked.push({ answer, fail, signal })), {
    maxAgeMs: 2_000,
    patienceMs: 20,
    now: () => new Date(clock),
  });
});

test("knows nothing before somebody asks", () => {
  expect(read.reading).toEqual({ value: null, readAt: null, error: null });
  expect(asked).toHaveLength(0);
});

test("asks once for all who ask at the same time, and not again before the answer is old", async () => {
  const both = [read.latest(), read.latest(new AbortController().signal)];
  asked[0]?.answer("a");
  const reading = { value: "a", readAt: new Date(clock), error: null };
  expect(await Promise.all(both)).toEqual([reading, reading]);
  clock += 1_999;
  expect(await read.latest()).toEqual(reading);
  expect(asked).toHaveLength(1);
  clock += 1;
  const later = read.latest();
  asked[1]?.answer("b");
  expect(await later).toEqual({ value: "b", readAt: new Date(clock), error: null });
});

test("keeps the last good answer when a later attempt fails, and waits before it tries again", async () => {
  const first = read.latest();
  asked[0]?.answer("a");
  await first;
  const readAt = new Date(clock);
  clock += 5_000;
  const second = read.latest();
  asked[1]?.fail(new UpstreamUnavailableError("it is down."));
  expect(await second).toEqual({ value: "a", readAt, error: "it is down." });
  expect(await read.latest()).toEqual({ value: "a", readAt, error: "it is down." });
  expect(asked).toHaveLength(2);
});

test("gives the older answer to who would wait too long, and takes the newer one when it comes", async () => {
  const first = read.latest();
  asked[0]?.answer("a");
  await first;
  clock += 5_000;
  expect(await read.latest()).toMatchObject({ value: "a" });
  expect(asked).toHaveLength(2);
  const waiting = read.latest();
  asked[1]?.answer("b");
  expect(await waiting).toMatchObject({ value: "b" });
  expect(asked).toHaveLength(2);
});

test("breaks off the request when all who wait have left, not before", async () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const answers = [read.latest(one.signal), read.latest(other.signal)].map((answer) =>
    answer.catch((error: unknown) => error),
  );
  one.abort("one left");
  expect(await answers[0]).toBe("one left");
  expect(asked[0]?.signal.aborted).toBe(false);
  other.abort("the other left");
  expect(await answers[1]).toBe("the other left");
  expect(asked[0]?.signal.aborted).toBe(true);

  const again = read.latest();
  asked[0]?.answer("too late");
  asked[1]?.answer("b");
  expect(await again).toMatchObject({ value: "b" });
});

test("does not mind how many fields of one request wait", async () => {
  const warnings: string[] = [];
  const listener = (warning: Error) => void warnings.push(warning.message);
  process.on("warning", listener);
  const { signal } = new AbortController();
  const answers = Array.from({ length: 50 }, () => read.latest(signal));
  asked[0]?.answer("a");
  await Promise.all(answers);
  await new Promise(setImmediate);
  process.off("warning", listener);
  expect(warnings).toEqual([]);
  expect(asked).toHaveLength(1);
});

test("does not ask for who has left already", async () => {
  await expect(read.latest(AbortSignal.abort("gone"))).rejects.toBe("gone");
  expect(asked).toHaveLength(0);
});

test("lets an error through that is no upstream's fault", async () => {
  const answer = read.latest();
  asked[0]?.fail(new TypeError("a mistake of ours"));
  await expect(answer).rejects.toThrow(new TypeError("a mistake of ours"));
});
