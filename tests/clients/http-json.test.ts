import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { HttpJson, HttpStatusError, NeverSentError } from "../../server/clients/http-json.js";
import { upstreamFetch } from "../../server/clients/upstream-fetch.js";
import type { UpstreamServer } from "../../server/clients/upstream-server.js";
import { UpstreamUnavailableError } from "../../server/core/errors.js";
import { freePort } from "../support/ports.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { faults, faultTimeoutMs, hang, json, startStandIn } from "./stand-in.js";

const upstream = upstreamFetch();
afterAll(() => upstream.close());

function client(server: Partial<UpstreamServer> & { url: string }, fetch = upstream.fetch): HttpJson {
  return new HttpJson("Alertmanager", { name: "am1", ...server }, fetch, {
    timeoutMs: faultTimeoutMs,
    maxBytes: 1_000_000,
  });
}

const get = (http: HttpJson, signal?: AbortSignal) => http.read({ path: "/x", signal }, (answer) => answer);
const unavailable = (says: string) => new UpstreamUnavailableError(`Alertmanager "am1" ${says}`);

describe("an answer", () => {
  test("is read as JSON", async () => {
    const server = await startStandIn(json({ a: [1, "ü"] }));
    expect(await get(client(server))).toEqual({ a: [1, "ü"] });
  });

  test("may be compressed", async () => {
    const server = await startStandIn((_request, response) => {
      response
        .writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
        .end(gzipSync('{"a":1}'));
    });
    expect(await get(client(server))).toEqual({ a: 1 });
  });

  test("of a few kilobytes that inflate beyond the limit is refused", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, " "));
    const server = await startStandIn((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
    });
    expect(bomb.byteLength).toBeLessThan(10_000);
    await expect(get(client(server))).rejects.toThrow(unavailable("answered with more than 1000000 bytes."));
  });

  test("with an error status carries its JSON", async () => {
    const server = await startStandIn(json("bad matcher format", 400));
    const error = await get(client(server)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error).toMatchObject({ status: 400, answer: "bad matcher format", code: "UPSTREAM_UNAVAILABLE" });
  });
});

describe("a server that", () => {
  test.each(faults.map((fault) => [fault.name, fault] as const))(
    "%s is unavailable, within the deadline",
    async (_name, { answer, says }) => {
      const server = await startStandIn(answer);
      const startedAt = performance.now();
      const error = await get(client(server)).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(UpstreamUnavailableError);
      expect(error).toMatchObject({ message: `Alertmanager "am1" ${says}` });
      expect(performance.now() - startedAt).toBeLessThan(faultTimeoutMs + 1_500);
      expect(server.requests).toEqual(["GET /x"]);
    },
  );

  test("is not there is unavailable, and its address stays unsaid", async () => {
    const http = client({ url: `http://127.0.0.1:${await freePort()}` });
    await expect(get(http)).rejects.toThrow(new NeverSentError('Alertmanager "am1" refused the connection.'));
  });

  test("has no such name is unavailable", async () => {
    await expect(get(client({ url: "http://nowhere.invalid" }))).rejects.toThrow(
      /^Alertmanager "am1" has a host name that/,
    );
  });
});

describe("a request", () => {
  test("goes below the URL's own path, with the query encoded", async () => {
    const server = await startStandIn(json(null));
    const http = client({ url: `${server.url}/prefix/` });
    await http.read({ path: "/api/x", query: { filter: 'a="b&c"' } }, (answer) => answer);
    expect(server.requests).toEqual(["GET /prefix/api/x?filter=a%3D%22b%26c%22"]);
  });

  test.each([
    [
      "basic auth",
      { basicAuth: { username: "u", password: "p:ü" } },
      `Basic ${Buffer.from("u:p:ü").toString("base64")}`,
    ],
    ["a bearer token", { bearerToken: "t0ken" }, "Bearer t0ken"],
  ])("carries %s", async (_name, credentials, authorization) => {
    const server = await startStandIn((request, response) => json(request.headers.authorization)(request, response));
    expect(await get(client({ url: server.url, ...credentials }))).toBe(authorization);
  });

  test("takes credentials out of the URL, and never shows them", async () => {
    const server = await startStandIn((request, response) => json(request.headers.authorization)(request, response));
    const http = client({ url: server.url.replace("//", "//me:s3cr%40t@") });
    expect(await get(http)).toBe(`Basic ${Buffer.from("me:s3cr@t").toString("base64")}`);
    server.answerWith(json("no", 500));
    const error = await get(http).catch((caught: unknown) => caught);
    expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toMatch(/s3cr/);
  });

  test("that its caller gives up is broken off upstream", async () => {
    const server = await startStandIn(hang);
    const caller = new AbortController();
    const answer = get(client(server), caller.signal);
    await waitFor(() => server.requests.length === 1, { what: "the request to arrive" });
    caller.abort(new Error("the caller left"));
    await expect(answer).rejects.toThrow("the caller left");
    await waitFor(() => server.brokenOff() === 1, { what: "the connection to be closed" });
  });
});

describe("over TLS", async () => {
  const folder = await tempFolder("tls");
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      keyFile,
      "-out",
      certFile,
    ].concat(["-days", "1", "-subj", "/CN=am.internal", "-addext", "subjectAltName=DNS:am.internal"]),
    { stdio: "ignore" },
  );
  const [key, cert] = [readFileSync(keyFile, "utf8"), readFileSync(certFile, "utf8")];

  test("a certificate of the given authority and name is trusted", async () => {
    const server = await startStandIn(json("hello"), { key, cert });
    const tls = upstreamFetch({ ca: cert, serverName: "am.internal" });
    expect(await get(client(server, tls.fetch))).toBe("hello");
    await tls.close();
  });

  test("any other is not", async () => {
    const server = await startStandIn(json("hello"), { key, cert });
    await expect(get(client(server))).rejects.toThrow(
      unavailable("failed its TLS check (DEPTH_ZERO_SELF_SIGNED_CERT)."),
    );
    const otherName = upstreamFetch({ ca: cert });
    await expect(get(client(server, otherName.fetch))).rejects.toThrow(
      unavailable("failed its TLS check (ERR_TLS_CERT_ALTNAME_INVALID)."),
    );
    await otherName.close();
  });
});
