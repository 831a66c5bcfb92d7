import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AlertmanagerClient,
  alertsIn,
  type SilenceText,
  silencesIn,
} from "../../server/clients/alertmanager-client.js";
import { HttpJson } from "../../server/clients/http-json.js";
import { upstreamFetch } from "../../server/clients/upstream-fetch.js";
import { AppError, BadUserInputError, NotFoundError, UpstreamUnavailableError } from "../../server/core/errors.js";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { waitFor } from "../support/wait-for.js";
import { json, startStandIn } from "./stand-in.js";

const upstream = upstreamFetch();
afterAll(() => upstream.close());

const connect = (url: string) =>
  new AlertmanagerClient(new HttpJson("Alertmanager", { name: "am1", url }, upstream.fetch));
const alertsOf = async (client: AlertmanagerClient) => alertsIn(JSON.parse(String(await client.alertsAnswer())));
const silencesOf = async (client: AlertmanagerClient) => silencesIn(JSON.parse(String(await client.silencesAnswer())));
const unknownId = "00000000-0000-4000-8000-000000000000";
const now = Date.now();

const silenceOf = (alertname: string): SilenceText => ({
  matchers: [
    { name: "alertname", value: alertname, isRegex: false, isEqual: true },
    { name: "severity", value: "info|page", isRegex: true, isEqual: false },
  ],
  startsAtMs: now,
  endsAtMs: now + 3_600_000,
  createdBy: "ann",
  comment: "being mended",
});

describe("with a real Alertmanager", () => {
  let alertmanager: Alertmanager;
  let client: AlertmanagerClient;

  beforeAll(async () => {
    alertmanager = await startAlertmanager();
    client = connect(alertmanager.url);
  });

  test("tells its version and that it has no cluster", async () => {
    await client.ready();
    const status = await client.status();
    expect(status).toEqual({
      version: expect.stringMatching(/^0\.\d+\.\d+/),
      ...{ clusterStatus: "disabled", peers: 0, config: expect.stringContaining("receivers:") },
      startedAtMs: expect.any(Number),
    });
    expect(Math.abs((status.startedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test("reads an alert as it was posted, and that a silence suppresses it", async () => {
    const endsAt = new Date(now + 60_000).toISOString();
    await alertmanager.postAlerts([
      {
        labels: { alertname: "Down", project: "p1", constructor: "x" },
        annotations: { summary: "it is down" },
        startsAt: "2026-01-02T03:04:05.678+02:00",
        endsAt,
        generatorURL: "http://prometheus/graph?g0.expr=up",
      },
    ]);
    const alert = await waitFor(async () => (await alertsOf(client))[0], { what: "the alert" });
    expect(alert).toEqual({
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      labels: { alertname: "Down", project: "p1", constructor: "x" },
      annotations: { summary: "it is down" },
      state: "ACTIVE",
      startsAtMs: Date.parse("2026-01-02T01:04:05.678Z"),
      endsAtMs: Date.parse(endsAt),
      updatedAtMs: expect.closeTo(Date.now(), -4),
      generatorURL: "http://prometheus/graph?g0.expr=up",
      receivers: ["nobody"],
      silencedBy: [],
      inhibitedBy: [],
      mutedBy: [],
    });
    const id = await client.putSilence(silenceOf("Down"));
    expect(await alertsOf(client)).toEqual([{ ...alert, state: "SUPPRESSED", silencedBy: [id] }]);
    await client.expireSilence(id);
  });

  test("writes, reads, changes and expires a silence", async () => {
    const written = silenceOf("Slow");
    const id = await client.putSilence(written);
    const stored = await client.silence(id);
    // Alertmanager moves a start in the past to its own now.
    expect(stored).toEqual({
      ...written,
      id,
      state: "ACTIVE",
      startsAtMs: expect.closeTo(Date.now(), -4),
      updatedAtMs: expect.closeTo(Date.now(), -4),
    });
    expect(await silencesOf(client)).toContainEqual(stored);
    if (stored === null) throw new Error("the silence is gone");

    expect(await client.putSilence({ ...stored, comment: "later" }, id)).toBe(id);
    expect(await client.silence(id)).toMatchObject({ comment: "later", state: "ACTIVE" });

    const other = await client.putSilence({ ...stored, matchers: silenceOf("Slower").matchers }, id);
    expect(other).not.toBe(id);
    expect(await client.silence(id)).toMatchObject({ state: "EXPIRED" });

    expect(await client.expireSilence(other)).toBe(true);
    expect(await client.silence(other)).toMatchObject({ state: "EXPIRED" });
    expect(await client.expireSilence(other)).toBe(true);
  });

  test.each([unknownId, "not-a-uuid", "../alerts"])("knows no silence %s", async (id) => {
    expect(await client.silence(id)).toBeNull();
    expect(await client.expireSilence(id)).toBe(false);
  });

  test("does not change a silence that is not there", async () => {
    await expect(client.putSilence(silenceOf("X"), unknownId)).rejects.toThrow(new NotFoundError("Silence"));
  });

  test.each([
    ["a regular expression that is invalid", { value: "(", isRegex: true }, /error parsing regexp/],
    ["a label name that is invalid", { name: "a-b" }, /invalid label name/],
    ["nothing but matchers of the empty text", { value: "" }, /at least one matcher must not match the empty string/],
  ])("passes on why it refuses %s", async (_what, change, says) => {
    const [matcher] = silenceOf("X").matchers;
    const refusal = client.putSilence({ ...silenceOf("X"), matchers: [{ ...matcher, ...change } as never] });
    await expect(refusal).rejects.toThrow(BadUserInputError);
    await expect(refusal).rejects.toThrow(says);
  });
});

describe("with an Alertmanager that answers valid JSON of another shape", () => {
  test.each([
    ["null", null, "alerts is not a list"],
    ["an object", { data: [] }, "alerts is not a list"],
    ["an alert without status", [{ labels: {} }], "status is not an object"],
    [
      "an unknown state",
      [{ labels: {}, fingerprint: "f", status: { state: "constructor" } }],
      /^.*status.state is not one of/,
    ],
    ["labels that are no texts", [{ labels: { a: 1 }, fingerprint: "f", status: {} }], "labels.a is not a text"],
  ])("refuses %s", async (_what, answer, says) => {
    const server = await startStandIn(json(answer));
    const client = connect(server.url);
    const refusal = alertsOf(client).catch((error) => Promise.reject(client.unexpected(error)));
    await expect(refusal).rejects.toThrow(UpstreamUnavailableError);
    await expect(refusal).rejects.toThrow(says);
  });

  test("does not take a proxy's refusal of us for one of the silence", async () => {
    const silence = { matchers: [], startsAtMs: 0, endsAtMs: 1, createdBy: "a", comment: "b" };
    const refusals = [400, 422, 401, 403, 429].map(async (status) => {
      const server = await startStandIn(json("no", status));
      const error = await connect(server.url)
        .putSilence(silence)
        .catch((thrown: AppError) => thrown);
      return [status, error instanceof AppError && error.code];
    });
    expect(await Promise.all(refusals)).toEqual([
      [400, "BAD_USER_INPUT"],
      [422, "BAD_USER_INPUT"],
      [401, "UPSTREAM_UNAVAILABLE"],
      [403, "UPSTREAM_UNAVAILABLE"],
      [429, "UPSTREAM_UNAVAILABLE"],
    ]);
  });

  test("does not mind fields that it does not know", async () => {
    const server = await startStandIn(
      json([
        {
          labels: { alertname: "A" },
          annotations: {},
          fingerprint: "f",
          startsAt: "2026-01-01T00:00:00Z",
          endsAt: "2026-01-01T00:01:00Z",
          updatedAt: "2026-01-01T00:00:30Z",
          receivers: [{ name: "r", labels: {} }],
          status: { state: "suppressed", silencedBy: [], inhibitedBy: [], mutedBy: ["nights"] },
          new: 1,
        },
      ]),
    );
    expect(await alertsOf(connect(server.url))).toMatchObject([
      { state: "SUPPRESSED", mutedBy: ["nights"], receivers: ["r"] },
    ]);
  });
});
