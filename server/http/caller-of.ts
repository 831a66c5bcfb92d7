import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Request } from "express";
import ipaddr from "ipaddr.js";
import { Caller } from "../access/caller.js";
import type { Credentials } from "../access/credentials.js";
import { BadUserInputError } from "../core/errors.js";
import type { RequestHashes } from "../secrets/request-hashes.js";
import { credentialsOf } from "./credentials-of.js";
import type { SignInGuard } from "./sign-in-guard.js";

const requestIds = /^[\w-]{1,64}$/;
const idempotencyKeys = /^[\w-]{1,64}$/;

/** The id of a request: the client's, when it is one that may stand in a log, else a fresh one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && requestIds.test(given) ? given : randomUUID();
}

/** The address that a request came from: as trusted proxies tell, unless what they tell is no address. */
export function sourceOf({ ip, socket }: Request): string | null {
  return ip !== undefined && ipaddr.isValid(ip) ? ip : (socket.remoteAddress ?? null);
}

/** A request whose maker is known, and what it proved that with. */
export interface KnownRequest {
  readonly caller: Caller;
  readonly credentials: Credentials;
}

/** Who makes this request, with what it may be told apart by; the body of a GraphQL request is parsed already. */
export async function callerOf(
  request: Request,
  guard: SignInGuard,
  requestId: string,
  signal: AbortSignal,
  hashesOf: (text: string) => RequestHashes,
): Promise<KnownRequest> {
  const credentials = credentialsOf(request);
  const source = sourceOf(request);
  const principal = await guard.principalOf(credentials, source);
  const idempotency = idempotencyOf(request, request.body, hashesOf);
  return { caller: new Caller(principal, { requestId, source, signal, idempotency }), credentials };
}

function idempotencyOf(request: IncomingMessage, body: unknown, hashesOf: (text: string) => RequestHashes) {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return null;
  if (typeof key !== "string" || !idempotencyKeys.test(key)) {
    throw new BadUserInputError("The Idempotency-Key header must be 1 to 64 letters, digits, `_` or `-`.");
  }
  return { key, ...hashesOf(textOf(body)) };
}

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body ?? null);
  } catch {
    // JSON is read at any depth, and written only as deep as the stack goes.
    throw new BadUserInputError("The request is nested too deeply.");
  }
}
