import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import express from "express";
import { beforeAll, describe, expect, it } from "vitest";
import { playground } from "../../server/http/playground.js";
import { atEnd } from "../support/at-end.js";
import { freePort } from "../support/ports.js";
import { tempFolder } from "../support/temp-folder.js";

const securityHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
/** What Chromium sends when a person opens a page. */
const browserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

/** A server with the playground, and behind it an endpoint that says what passed. */
async function serve(assetsDirectory: string) {
  const app = express();
  app.use(playground({ assetsDirectory }));
  app.use((request, response) => void response.status(418).send(`passed ${request.method} ${request.path}`));
  const server = createServer(app);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return async (path: string, accept: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { accept } });
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  };
}

describe("the playground's files", () => {
  let get: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    const folder = await tempFolder("playground");
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<title>playground</title>");
    await writeFile(join(folder, "assets", "index-Bm2xY.js"), "export {};");
    await writeFile(join(folder, "secret.txt"), "not an asset");
    get = await serve(folder);
  });

  it("answers a browser's GET /graphql with the page, under a policy that lets nothing else in", async () => {
    const { status, headers, text } = await get("/graphql?query={viewer{name}}", browserAccept);
    expect({ status, text }).toEqual({ status: 200, text: "<title>playground</title>" });
    expect(headers).toMatchObject({
      ...securityHeaders,
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      vary: "accept",
    });
  });

  it.each(["application/json", "application/graphql-response+json", "*/*", "application/json, text/html;q=0.5"])(
    "lets a GET that would rather have JSON pass (%s)",
    async (accept) => {
      expect(await get("/graphql", accept)).toMatchObject({ status: 418, text: "passed GET /graphql" });
    },
  );

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("lets %s pass, whatever it accepts", async (method) => {
    expect(await get("/graphql", "text/html", method)).toMatchObject({
      status: 418,
      text: `passed ${method} /graphql`,
    });
  });

  it("lets requests for the stream pass", async () => {
    expect(await get("/graphql/stream", browserAccept)).toMatchObject({
      status: 418,
      text: "passed GET /graphql/stream",
    });
  });

  it("serves the assets for ever, since their names change with their content", async () => {
    const { status, headers, text } = await get("/playground/assets/index-Bm2xY.js", "*/*");
    expect({ status, text }).toEqual({ status: 200, text: "export {};" });
    expect(headers).toMatchObject({
      ...securityHeaders,
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
    });
  });

  it.each([
    "/playground/assets/absent.js",
    "/playground/assets/../secret.txt",
    "/playground/assets/%2e%2e/secret.txt",
    "/playground/assets/",
    "/playground/secret.txt",
  ])("serves nothing else (%s)", async (path) => {
    expect((await get(path, "*/*")).status).not.toBe(200);
  });
});

describe("a playground that is not built", () => {
  it("says how to build it", async () => {
    const get = await serve(join(await tempFolder("playground"), "absent"));
    const { status, headers, text } = await get("/graphql", browserAccept);
    expect({ status, type: headers["content-type"], text }).toEqual({
      status: 503,
      type: "text/plain; charset=utf-8",
      text: "The playground is not built. Run `npm run build` and load this page again.\n",
    });
  });
});
