import { parseCookie, type SetCookie, stringifySetCookie } from "cookie";
import express, { type ErrorRequestHandler, type Request, type Response } from "express";
import type { RequestFacts } from "../access/caller.js";
import { requireOwnOrigin } from "../access/own-origin.js";
import type { PrincipalKind } from "../access/principal.js";
import { attemptSeconds, readAttempt, type SignInAttempt, writeAttempt } from "../access/sign-in-attempt.js";
import type { SignInService } from "../access/sign-in-service.js";
import { SignInRefusal } from "../clients/sign-in-refusal.js";
import { AppError, type ErrorCode, RateLimitedError } from "../core/errors.js";
import type { Log } from "../core/log.js";
import { PerMinute } from "../core/per-minute.js";
import { sourceOf } from "./caller-of.js";
import { credentialsOf, sessionCookie } from "./credentials-of.js";
import { sendSignInPage } from "./sign-in-page.js";

/** What the routes below `/auth` need. */
export interface SignInRoutes {
  /** The ways in that the settings open; anybody may know. */
  readonly ways: readonly PrincipalKind[];
  /** Null when nobody can sign in. */
  readonly service: SignInService | null;
  readonly log: Log;
  readonly now: () => Date;
  /** Throws RATE_LIMITED when an address asks too often: a sign-in has us ask the provider, a sign-out the database. */
  readonly admit: (address: string | null) => Promise<void>;
}

const attemptCookie = "__Host-sign-in";

/** `/auth`: which ways in there are, and sign-in and sign-out for browsers. */
export function signInRoutes({ ways, service, log, now, admit }: SignInRoutes): express.Router {
  const router = express.Router();
  router.use("/auth", (_request, response, next) => {
    // Addresses here may hold codes, which are no business of the next page or of a cache.
    response.setHeader("cache-control", "no-store");
    response.setHeader("referrer-policy", "no-referrer");
    next();
  });
  router.get("/auth/ways", (_request, response) => void response.json({ ways }));
  if (service === null) return router;
  const { publicOrigin, sessionMs } = service.options;

  router.use(["/auth/sign-in", "/auth/callback", "/auth/sign-out"], async (request, _response, next) => {
    await admit(sourceOf(request));
    next();
  });
  router.get("/auth/sign-in", async (request, response) => {
    const { url, attempt } = await service.begin(request.query.return);
    setCookie(response, attemptCookie, writeAttempt(attempt), attemptSeconds);
    goTo(response, url.href);
  });
  router.get("/auth/callback", async (request, response) => {
    const attempt = attemptOf(request);
    // It counts once, however it ends; the answer to another does not use it up.
    if (attempt !== null && attempt.state === request.query.state) setCookie(response, attemptCookie, "", 0);
    const { search } = new URL(request.originalUrl, publicOrigin);
    const earlierSecret = credentialsOf(request).session;
    const { secret, returnTo } = await service.complete({ search, attempt, earlierSecret }, factsOf(request, response));
    setCookie(response, sessionCookie, secret, sessionMs / 1_000);
    goTo(response, returnTo);
  });
  router.post("/auth/sign-out", async (request, response) => {
    const { session, header } = credentialsOf(request);
    requireOwnOrigin(header("origin"), publicOrigin);
    const url = await service.end(session, factsOf(request, response));
    setCookie(response, sessionCookie, "", 0);
    response.json({ url });
  });
  router.get("/auth/signed-out", (_request, response) => {
    const link = { href: "/auth/sign-in", text: "Sign in again" };
    sendSignInPage(response, { status: 200, title: "Signed out", message: "Your session has ended.", link });
  });
  router.use("/auth", answerWithPage(log, new PerMinute(now)));
  return router;
}

/** Of all refused sign-ins together: who cannot sign in must not fill the disk with the log of it. */
const mostLinesPerMinute = 60;

/** Answers a person whose sign-in failed; what a program asked for is answered elsewhere. */
function answerWithPage(log: Log, refusals: PerMinute): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (request.method !== "GET" || response.headersSent) return next(error);
    const requestId = response.getHeader("x-request-id");
    const isKnown = error instanceof AppError;
    const status = (isKnown && statusByCode[error.code]) || 500;
    if (!isKnown) log.error({ err: error, requestId }, "A sign-in failed");
    else if (refusals.count("all") <= mostLinesPerMinute) {
      const reason = error.cause instanceof SignInRefusal ? error.cause.message : error.message;
      log[status >= 500 ? "warn" : "info"]({ code: error.code, reason, requestId }, "A sign-in failed");
    }
    if (error instanceof RateLimitedError) response.setHeader("retry-after", `${error.retryAfterSeconds}`);
    const returnTo = attemptOf(request)?.returnTo ?? request.query.return;
    const query = typeof returnTo === "string" ? `?return=${encodeURIComponent(returnTo)}` : "";
    sendSignInPage(response, {
      status,
      title: "You are not signed in",
      message: isKnown ? error.message : "Something went wrong.",
      link: { href: `/auth/sign-in${query}`, text: "Try again" },
    });
  };
}

const statusByCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  BAD_USER_INPUT: 400,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  UPSTREAM_UNAVAILABLE: 503,
};

function attemptOf(request: Request): SignInAttempt | null {
  return readAttempt(parseCookie(request.headers.cookie ?? "")[attemptCookie]);
}

function factsOf(request: Request, response: Response): RequestFacts {
  return {
    requestId: String(response.getHeader("x-request-id")),
    source: sourceOf(request),
    // What was begun is done: a code that was redeemed is used up.
    signal: new AbortController().signal,
    idempotency: null,
  };
}

/** A cookie of this host alone, unseen by scripts, and sent by other sites' links but not by what they load or post. */
function setCookie(response: Response, name: string, value: string, maxAge: number): void {
  const cookie: SetCookie = { name, value, maxAge, path: "/", httpOnly: true, secure: true, sameSite: "lax" };
  response.append("set-cookie", stringifySetCookie(cookie));
}

function goTo(response: Response, url: string): void {
  response.status(303).location(url).end();
}
