import { afterAll, describe, expect, test } from "vitest";
import { noDiff } from "../../server/alerts/reading/answer-reader.js";
import { type ReadingSource, ReadingThread } from "../../server/alerts/reading/reading-thread.js";
import { NeverSentError } from "../../server/clients/http-json.js";
import { UpstreamUnavailableError } from "../../server/core/errors.js";
import { type Answer, hang, json, type StandIn, startStandIn } from "../clients/stand-in.js";
import { readingWorker } from "../support/reading-worker.js";
import { waitFor } from "../support/wait-for.js";

const alert = (fingerprint: string) => ({
  fingerprint,
  labels: { alertname: "Down", instance: fingerprint },
  annotations: { summary: "it is down" },
  status: { state: "active", silencedBy: [], inhibitedBy: [] },
  startsAt: "2026-01-01T00:00:00Z",
  endsAt: "2026-01-01T00:05:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
  generatorURL: "",
  receivers: [{ name: "nobody" }],
});
const broken: Answer = (_request, response) => void response.setHeader("content-type", "application/json").end("[{");

const thread = new ReadingThread(readingWorker);
afterAll(() => thread.stop());

const sourceOf = ({ url }: StandIn, name = "am1"): ReadingSource => ({
  id: url,
  server: { name, url, basicAuth: { username: "ann", password: "s3cret" } },
  limits: { timeoutMs: 60_000, maxBytes: 1_000_000 },
});

test("each answer is read against the one before it of the same source", async () => {
  const many = Array.from({ length: 2_500 }, (_, index) => alert(`${index}`));
  const asked: (string | undefined)[] = [];
  const [first, second] = await Promise.all([
    startStandIn((request, response) => {
      asked.push(request.headers.authorization);
      json(many)(request, response);
    }),
    startStandIn(json([alert("a")])),
  ]);
  const whole = await thread.read(sourceOf(first), "alerts");
  expect([whole.isWhole, whole.changed.map(({ fingerprint }) => fingerprint)]).toEqual([
    true,
    many.map(({ fingerprint }) => fingerprint),
  ]);
  expect(await thread.read(sourceOf(first), "alerts")).toEqual(noDiff);
  first.answerWith(json(many.slice(1)));
  expect(await thread.read(sourceOf(first), "alerts")).toEqual({ ...noDiff, removed: ["0"] });
  expect(await thread.read(sourceOf(second), "alerts")).toMatchObject({
    isWhole: true,
    changed: [{ fingerprint: "a" }],
  });
  first.answerWith(json([]));
  expect(await thread.read(sourceOf(first), "silences")).toEqual({ ...noDiff, isWhole: true });
  expect(asked).toEqual(Array(2).fill(`Basic ${btoa("ann:s3cret")}`));
  expect(first.requests.at(-1)).toBe("GET /api/v2/silences");
});

describe("what could not be read", () => {
  test("is told of as by any client, and the next answer is compared with the one before", async () => {
    const standIn = await startStandIn(json([alert("a"), alert("b")]));
    const read = () => thread.read(sourceOf(standIn), "alerts");
    await read();
    standIn.answerWith(broken);
    await expect(read()).rejects.toEqual(
      new UpstreamUnavailableError('Alertmanager "am1" answered with JSON that is broken.'),
    );
    standIn.answerWith(json([{ fingerprint: 1 }]));
    await expect(read()).rejects.toThrow('Alertmanager "am1" answered something unexpected: ');
    standIn.answerWith(json([alert("a")]));
    expect(await read()).toEqual({ ...noDiff, removed: ["b"] });
    standIn.refuse();
    const refused = await read().catch((error: unknown) => error);
    expect(refused).toEqual(new NeverSentError('Alertmanager "am1" refused the connection.'));
    expect(refused).toBeInstanceOf(NeverSentError);
  });

  test("because nobody waits for it any more is broken off", async () => {
    const standIn = await startStandIn(hang);
    const controller = new AbortController();
    const reading = thread.read(sourceOf(standIn), "alerts", controller.signal);
    await waitFor(() => standIn.requests.length === 1, { what: "the request" });
    controller.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
    await waitFor(() => standIn.brokenOff() === 1, { what: "the end of the request" });
    await expect(thread.read(sourceOf(standIn), "alerts", controller.signal)).rejects.toThrow("enough");
    expect(standIn.requests.length).toBe(1);
  });

  test("because the thread ended is told of, and another begins anew", async () => {
    const mortal = new ReadingThread(readingWorker);
    const standIn = await startStandIn(json([alert("a")]));
    expect(await mortal.read(sourceOf(standIn), "alerts")).toMatchObject({ isWhole: true });
    standIn.answerWith(hang);
    const told = expect(mortal.read(sourceOf(standIn), "alerts")).rejects.toThrow(
      "The thread that reads answers has ended.",
    );
    await mortal.stop();
    await told;
    standIn.answerWith(json([alert("a")]));
    expect(await mortal.read(sourceOf(standIn), "alerts")).toMatchObject({ isWhole: true });
    await mortal.stop();
  });
});

test("a configuration that is no YAML is told of", async () => {
  await expect(thread.config("route: [")).rejects.toThrow("Flow sequence");
  expect(await thread.config("route: { receiver: a, group_by: [b] }")).toEqual({
    groupBy: new Map([["a", ["b"]]]),
    inhibitionRules: [],
  });
});
