import { afterAll, beforeAll, expect, test } from "vitest";
import { HttpJson } from "../../server/clients/http-json.js";
import { PrometheusClient } from "../../server/clients/prometheus-client.js";
import { RangeReader } from "../../server/clients/range-reader.js";
import { upstreamFetch } from "../../server/clients/upstream-fetch.js";
import { BadUserInputError } from "../../server/core/errors.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { faults, hang, json, type StandIn, startStandIn } from "./stand-in.js";

const upstream = upstreamFetch();
afterAll(() => upstream.close());

let prometheus: Prometheus;
beforeAll(async () => {
  prometheus = await startPrometheus({
    stored: `# TYPE a gauge\n${[10, 20, 30].map((at) => `a{b="x\\"y"} ${at / 10} ${1_600_000_000 + at}\n`).join("")}# EOF\n`,
  });
});

const range = { fromMs: 1_600_000_010_000, untilMs: 1_600_000_030_000, stepMs: 10_000 };
const seriesOf = (...values: readonly number[]) => [
  {
    labels: { __name__: "a", b: 'x"y' },
    points: values.map((value, index) => ({ atMs: range.fromMs + index * range.stepMs, value })),
  },
];

const clientOf = (url: string) =>
  new PrometheusClient(new HttpJson("Prometheus", { name: "p", url }, upstream.fetch, { timeoutMs: 1_500 }));
function readerOf(urls: readonly string[], now = () => new Date()): RangeReader {
  return new RangeReader(
    urls.map((url) => ({ name: url, client: clientOf(url) })),
    { restMs: 10_000, now },
  );
}
const ask = (reader: RangeReader) => reader.ask((client) => client.queryRange("a", range));

test("a real Prometheus gives an expression's series at each step, and says why it refuses one", async () => {
  const client = clientOf(prometheus.url);
  expect(await client.queryRange("a", range)).toEqual(seriesOf(1, 2, 3));
  expect(await client.queryRange("a / 0", range)).toMatchObject([
    { points: [1, 2, 3].map(() => ({ value: Number.POSITIVE_INFINITY })) },
  ]);
  expect(await client.queryRange("none", range)).toEqual([]);
  const refusal = client.queryRange("a{", range);
  await expect(refusal).rejects.toThrow(BadUserInputError);
  await expect(refusal).rejects.toThrow("parse error");
});

test("all that answer are asked, and what the others do costs nothing but their answers", async () => {
  const bad = await Promise.all(faults.map(({ answer }) => startStandIn(answer)));
  const urls = [prometheus.url, ...bad.map(({ url }) => url), "http://127.0.0.1:1", prometheus.url];
  expect(await ask(readerOf(urls))).toEqual([seriesOf(1, 2, 3), seriesOf(1, 2, 3)]);
  expect(await ask(readerOf(["http://127.0.0.1:1"]))).toBeNull();
  expect(await ask(readerOf([]))).toBeNull();
});

test("one that lets everybody wait is left alone for a while, one that refuses is not", async () => {
  let nowMs = 0;
  const stalled = await startStandIn(hang);
  const refusing = await startStandIn(
    json({ status: "error", error: "query processing would load too many samples" }, 422),
  );
  const reader = readerOf([stalled.url, refusing.url], () => new Date(nowMs));
  const asked = () => [stalled, refusing].map(({ requests }: StandIn) => requests.length);
  // As long as the clock stands still nobody can tell that it took long.
  expect(await ask(reader)).toBeNull();
  expect(asked()).toEqual([1, 1]);
  const second = ask(reader);
  nowMs = 1_500;
  expect(await second).toBeNull();
  expect(asked()).toEqual([2, 2]);
  expect(await ask(reader)).toBeNull();
  expect(asked()).toEqual([2, 3]);
  nowMs = 11_500;
  expect(await ask(reader)).toBeNull();
  expect(asked()).toEqual([3, 4]);
});
