import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { storeFilesProblem } from "../../configurator/check/store-files-check.js";
import { isStoreAddress, renderStores } from "../../configurator/render/store-files.js";
import { json, startStandIn } from "../clients/stand-in.js";
import { aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

let server: GraphServer;
let machine: Workspace;
const stores = {
  "shard-1": ["prometheus-1.example.org:10901", "[2001:db8::1]:10901"],
  "store-gateway": ["dnssrv+_grpc._tcp.thanos-store.example.org"],
};

beforeEach(async () => {
  server = await startGraphServer();
  machine = await Workspace.make({ url: server.url, ...only, settings: { thanosQuery: { stores } } });
});

const only = { prometheus: false, alertmanager: false } as const;
const configure = (thanosQuery: object) => machine.configure({ url: server.url, ...only, settings: { thanosQuery } });
/** What Thanos Query watches: no release, since it would go on watching the folder that was in use. */
const watched = (file: string) => readFile(join(machine.directory, "thanos-query", file), "utf8");

test("the stores are written where they are watched, in both forms, and the server is asked for nothing but revisions", async () => {
  server.put(aProject("a"));
  expect(await machine.dry()).toMatch(/^\+ {4}"targets": \[$/m);
  expect(await machine.files()).toEqual({});
  server.operations.length = 0;
  expect(await machine.once()).toEqual({ changed: true, reloaded: false, files: 2, refused: [], waiting: [] });
  await expect(await watched("stores.json")).toMatchFileSnapshot("fixtures/thanos-stores.json");
  await expect(await watched("endpoints.yml")).toMatchFileSnapshot("fixtures/thanos-endpoints.yml");
  expect(server.operations).toEqual([
    "GetNewestRevisions",
    "GetEgressPolicy",
    "ReportAgent",
    "TakeAgentTurn",
    "ReportAgent",
  ]);
  expect(server.reports.at(-1)).toMatchObject({ outputs: ["THANOS_QUERY"], state: "SYNCED", appliedRevision: 1 });
  server.operations.length = 0;
  expect(await machine.once()).toMatchObject({ changed: false });
  expect(server.operations).toEqual(["GetNewestRevisions"]);

  await configure({ stores: ["other.example.org:1"] });
  expect(await machine.once()).toMatchObject({ changed: true, files: 2 });
  expect(JSON.parse(await watched("stores.json"))).toEqual([
    { targets: ["other.example.org:1"], labels: { stores: "stores" } },
  ]);
});

test("a Thanos Query with a URL is believed when it lists each store that it need not look up", async () => {
  const sidecars = (...names: readonly string[]) =>
    json({ status: "success", data: { sidecar: names.map((name) => ({ name, lastError: null })), store: [] } });
  const query = await startStandIn(sidecars("prometheus-1.example.org:10901"));
  await configure({ stores, urls: [query.url], listedWithinSeconds: 0.2 });
  const missing = `thanos-query: ${query.url} lists no store at [2001:db8::1]:10901: none answers there, or it reads no such file`;
  expect(await machine.once()).toMatchObject({ refused: [], waiting: [{ message: missing }] });
  expect(new Set(query.requests)).toEqual(new Set(["GET /api/v1/stores"]));
  expect(machine.state).toMatchObject({ revision: 0, loaded: {} });
  query.answerWith(sidecars("prometheus-1.example.org:10901", "[2001:db8::1]:10901"));
  expect(await machine.once()).toMatchObject({ files: 0, refused: [], waiting: [] });
  query.answerWith(json({ error: "away" }, 503));
  await configure({ stores: ["other.example.org:1"], urls: [query.url] });
  expect((await machine.once()).waiting).toEqual([
    { message: `thanos-query: ${query.url} does not tell its stores: it answered 503` },
  ]);
});

test.each([
  ["a.example.org:10901", true],
  ["127.0.0.1:1", true],
  ["[::1]:65535", true],
  ["dns+stores.example.org:10901", true],
  ["dnssrv+_grpc._tcp.example.org", true],
  ["dnssrvnoa+_grpc._tcp.example.org", true],
  ["a.example.org", false],
  ["a.example.org:0", false],
  ["a.example.org:65536", false],
  ["dns+a.example.org", false],
  ["http://a:1", false],
  ["a b:1", false],
  [":1", false],
  ["::1:1", false],
])("%s is the address of a store: %s", (address, expected) => {
  expect(isStoreAddress(address)).toBe(expected);
});

test("files that do not read back as they were meant are not used", () => {
  const files = [...renderStores(stores).values()];
  const [json = "", yaml = ""] = files;
  expect(storeFilesProblem(json, yaml)).toBeUndefined();
  expect(storeFilesProblem(json, yaml.replace("prometheus-1", "prometheus-2"))).toBe(
    "the two files name different stores",
  );
  expect(storeFilesProblem(json.slice(1), yaml)).toMatch(/^the files of the stores cannot be read back: /);
  expect(storeFilesProblem(json.replace(":10901", ""), yaml)).toMatch(/^the files of the stores cannot be read back: /);
});
