import { join } from "node:path";
import express from "express";

/** Where the built playground lies, for example `web/dist/playground`. */
export interface PlaygroundOptions {
  readonly assetsDirectory: string;
}

/**
 * Everything comes from this server, and the page may talk to nobody else. Monaco writes style elements, hence the one
 * `unsafe-inline`; GraphiQL's style sheet carries its fonts as `data:`.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/**
 * Answers a browser's `GET /graphql` with GraphiQL, and `/playground/assets` with its files. Every other request passes,
 * so mount it before the endpoint itself. The files are made by the build; without them it says so, with status 503.
 */
export function playground({ assetsDirectory }: PlaygroundOptions): express.Router {
  const router = express.Router();
  // Not `router.get`, which would answer OPTIONS too.
  router.use((request, response, next) => {
    if (request.path !== "/graphql" || !["GET", "HEAD"].includes(request.method)) return next();
    response.vary("accept");
    const wanted = request.accepts(["application/graphql-response+json", "application/json", "text/html"]);
    if (wanted !== "text/html") return next();
    const headers = { ...securityHeaders, "cache-control": "no-cache" };
    response.sendFile("index.html", { root: assetsDirectory, headers, cacheControl: false }, (error) => {
      if (!error || response.headersSent) return;
      response
        .status(503)
        .type("text/plain")
        .send("The playground is not built. Run `npm run build` and load this page again.\n");
    });
  });
  router.use(
    "/playground/assets",
    express.static(join(assetsDirectory, "assets"), {
      immutable: true,
      maxAge: "1y",
      index: false,
      redirect: false,
      // The workers obey the policy that they are served with, not that of the page.
      setHeaders: (response) => response.setHeaders(new Map(Object.entries(securityHeaders))),
    }),
  );
  return router;
}
