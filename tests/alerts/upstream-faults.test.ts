import { describe, expect, test } from "vitest";
import { faults, faultTimeoutMs, hang, json, startStandIn } from "../clients/stand-in.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const createProject = `mutation { projectCreate(input: { name: "alpha" }) { project { id } } }`;
const page = `{ project(name: "alpha") { name alerts { totalCount } alertCounts { total } silences { totalCount } targets { totalCount } }
  alerts { totalCount } silences { totalCount } alertmanagers { name reachable error } prometheusServers { name reachable error } }`;
const silence = `mutation ($project: ID!) { silenceCreate(input: {
  project: $project, matchers: [{ name: "a", value: "b" }], duration: "1h", comment: "x" }) { silence { id } userErrors { code } } }`;

const upstreams = {
  pollIntervalSeconds: 0.1,
  timeoutSeconds: faultTimeoutMs / 1_000,
  mostBytes: 1_000_000,
  cacheSeconds: 0.1,
};

describe("an upstream that", () => {
  test.each(faults.map((fault) => [fault.name, fault] as const))(
    "%s takes nothing away but what only it knows, and no time",
    async (_name, { answer, says }) => {
      const standIn = await startStandIn(answer);
      const app = await startApp(await createSqliteDatabase(), {
        alertmanagers: [{ name: "main", members: [{ name: "am1", url: standIn.url }] }],
        prometheus: [{ name: "p1", url: standIn.url }],
        upstreams,
      });
      const { id } = (await app.data(app.operator, createProject)).projectCreate.project;
      const error = `Alertmanager "am1" ${says}`;
      await waitFor(
        async () => (await app.data(app.operator, "{ alertmanagers { error } }")).alertmanagers[0].error === error,
        { what: "the fault to be noticed" },
      );
      expect(await app.data(app.operator, page)).toEqual({
        project: { name: "alpha", alerts: null, alertCounts: null, silences: null, targets: null },
        alerts: null,
        silences: null,
        alertmanagers: [{ name: "main", reachable: false, error }],
        prometheusServers: [{ name: "p1", reachable: false, error: `Prometheus "p1" ${says}` }],
      });
      const { errors } = await app.graphql(app.operator, silence, { project: id });
      expect(errors).toMatchObject([
        {
          message: error,
          extensions: { code: "UPSTREAM_UNAVAILABLE", requestId: expect.any(String) },
        },
      ]);
      await app.close();
    },
  );
});

test("a silence that one member took, and then went away, is not given to another member too", async () => {
  const other = await startStandIn(json([]));
  const dying = await startStandIn((request, response) => {
    if (request.method !== "POST") return json([])(request, response);
    response.setHeader("connection", "close");
    json({ silenceID: "00000000-0000-4000-8000-000000000000" })(request, response);
    dying.refuse();
  });
  const app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [
      {
        name: "main",
        members: [
          { name: "am1", url: dying.url },
          { name: "am2", url: other.url },
        ],
      },
    ],
    upstreams: { ...upstreams, pollIntervalSeconds: 60 },
  });
  const { id } = (await app.data(app.operator, createProject)).projectCreate.project;
  const { errors } = await app.graphql(app.operator, silence, { project: id });
  expect(errors).toMatchObject([{ extensions: { code: "UPSTREAM_UNAVAILABLE" } }]);
  expect([dying, other].map(({ requests }) => requests.filter((one) => one.startsWith("POST")).length)).toEqual([1, 0]);
  await app.close();
});

test("a client that hangs up takes its request to Prometheus along", async () => {
  const standIn = await startStandIn(hang);
  const app = await startApp(await createSqliteDatabase(), { prometheus: [{ name: "p1", url: standIn.url }] });
  const client = new AbortController();
  const answer = fetch(app.url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${app.operator}` },
    body: JSON.stringify({ query: "{ prometheusServers { name } }" }),
    signal: client.signal,
  }).catch(() => "hung up");
  await waitFor(() => standIn.requests.length === 1, { what: "Prometheus to be asked" });
  expect(standIn.brokenOff()).toBe(0);
  client.abort();
  expect(await answer).toBe("hung up");
  await waitFor(() => standIn.brokenOff() === 1, { what: "the request to be broken off", deadlineMs: 2_000 });
});
