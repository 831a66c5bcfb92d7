import { afterAll, beforeAll, expect, test } from "vitest";
import { HttpJson } from "../../server/clients/http-json.js";
import { PrometheusClient } from "../../server/clients/prometheus-client.js";
import { QueryReader } from "../../server/clients/query-reader.js";
import { upstreamFetch } from "../../server/clients/upstream-fetch.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { type Answer, faults, faultTimeoutMs, hang, json, type StandIn, startStandIn } from "./stand-in.js";

const upstream = upstreamFetch();
afterAll(() => upstream.close());

let nowMs = 0;
let prometheus: Prometheus;
beforeAll(async () => {
  prometheus = await startPrometheus();
});

function readerOf(urls: readonly string[]): QueryReader {
  const limits = { timeoutMs: faultTimeoutMs, maxBytes: 1_000_000 };
  const replicas = urls.map((url, index) => {
    const http = new HttpJson("Prometheus", { name: `p${index}`, url }, upstream.fetch, limits);
    return { name: `p${index}`, client: new PrometheusClient(http) };
  });
  return new QueryReader(replicas, { timeoutMs: faultTimeoutMs, restMs: 10_000, now: () => new Date(nowMs) });
}

const printing = (text: string): Answer => json({ status: "success", data: text });
const servers = (...answers: readonly Answer[]): Promise<readonly StandIn[]> =>
  Promise.all(answers.map((each) => startStandIn(each)));
const asked = (list: readonly StandIn[]) => list.map(({ requests }) => requests.length);

test("a real Prometheus prints what it reads, and says why it refuses", async () => {
  const reader = readerOf([prometheus.url]);
  expect(await reader.read("sum(x{a='é+ &'})by(b)")).toEqual({ printed: 'sum by (b) (x{a="é+ &"})' });
  expect(await reader.read("{__name__='sum'}")).toEqual({ printed: '{__name__="sum"}' });
  expect(await reader.read("limitk(1, x)")).toEqual({
    refusal: '1:1: parse error: unknown function with name "limitk"',
  });
});

test("of several servers the first that answers is asked, and again until it fails", async () => {
  const list = await servers(json("down", 503), printing("second"), printing("third"));
  const [, second] = list;
  const reader = readerOf(list.map(({ url }) => url));
  expect(await reader.read("a")).toEqual({ printed: "second" });
  expect(await reader.read("b")).toEqual({ printed: "second" });
  expect(asked(list)).toEqual([1, 2, 0]);
  expect(list[1]?.requests[0]).toBe("POST /api/v1/format_query");
  second?.answerWith(json("down", 503));
  expect(await reader.read("c")).toEqual({ printed: "third" });
  expect(await reader.read("d")).toEqual({ printed: "third" });
  expect(asked(list)).toEqual([1, 3, 2]);
});

test("one request is made for one expression, however often it is written", async () => {
  const [server] = await servers(printing("x"));
  const reader = readerOf([server?.url ?? ""]);
  for (let count = 0; count < 3; count++) expect(await reader.read("x")).toEqual({ printed: "x" });
  expect(server?.requests.length).toBe(1);
  for (let count = 0; count < 1_000; count++) await reader.read(`x${count}`);
  await reader.read("x999");
  expect(server?.requests.length).toBe(1_001);
  await reader.read("x");
  expect(server?.requests.length).toBe(1_002);
});

test("one that failed is left alone for a while, so an outage delays one write only", async () => {
  const list = await servers(json({ status: "error", error: "no such path" }, 404));
  const reader = readerOf(list.map(({ url }) => url));
  expect(await reader.read("a")).toBeNull();
  expect(await reader.read("b")).toBeNull();
  expect(asked(list)).toEqual([1]);
  list[0]?.answerWith(printing("b"));
  nowMs += 10_000;
  expect(await reader.read("b")).toEqual({ printed: "b" });
});

test("at most three servers are asked for one expression", async () => {
  const list = await servers(...Array.from({ length: 4 }, () => json("down", 503)), printing("x"));
  const reader = readerOf(list.map(({ url }) => url));
  expect(await reader.read("a")).toBeNull();
  expect(asked(list)).toEqual([1, 1, 1, 0, 0]);
  expect(await reader.read("a")).toEqual({ printed: "x" });
});

test.each(faults)("a server that $name has not read the expression", async ({ answer }) => {
  const [server] = await servers(answer);
  expect(await readerOf([server?.url ?? ""]).read("x")).toBeNull();
});

test.each([
  ["a refusal without a reason", json({ status: "error" }, 400)],
  ["a refusal in plain text", json("bad", 400)],
  ["no text", json({ status: "success", data: { a: 1 } })],
])("%s is no reading", async (_, answer) => {
  const [server] = await servers(answer);
  expect(await readerOf([server?.url ?? ""]).read("x")).toBeNull();
});

test("nobody is asked when nobody is there, or when the caller has left", async () => {
  expect(await readerOf([]).read("x")).toBeNull();
  const [server] = await servers(hang);
  const controller = new AbortController();
  const reading = readerOf([server?.url ?? ""]).read("x", controller.signal);
  controller.abort(new Error("left"));
  await expect(reading).rejects.toThrow("left");
});
