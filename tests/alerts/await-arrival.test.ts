import { expect, test } from "vitest";
import { awaitArrival } from "../../server/alerts/await-arrival.js";
import { AlertmanagerClient } from "../../server/clients/alertmanager-client.js";
import { HttpJson } from "../../server/clients/http-json.js";
import { collectGarbage } from "../support/collect-garbage.js";

const never = new AbortController().signal;
const client = new AlertmanagerClient(
  new HttpJson("Alertmanager", { name: "am1", url: "http://127.0.0.1:9" }, () =>
    Promise.reject(new Error("not asked")),
  ),
);

test("what does not arrive is not waited for without end, even if garbage is collected meanwhile", async () => {
  let asked = 0;
  const arrival = async () => {
    asked++;
    collectGarbage();
    return false;
  };
  expect(await awaitArrival(client, arrival, never)).toBe(false);
  expect(asked).toBeGreaterThan(1);
});

test("what arrives is waited for", async () => {
  let asked = 0;
  expect(await awaitArrival(client, async () => ++asked === 3, never)).toBe(true);
  expect(asked).toBe(3);
});

test("a member that hangs is not waited for longer than one that does not have it", async () => {
  expect(await awaitArrival(client, () => new Promise(() => {}), never)).toBe(false);
});

test("nothing is waited for when the server stops", async () => {
  const stopping = new AbortController();
  const arrived = awaitArrival(client, () => new Promise(() => {}), stopping.signal);
  stopping.abort();
  expect(await arrived).toBe(false);
});
