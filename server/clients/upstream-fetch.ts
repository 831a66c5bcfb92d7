import { Agent, type RequestInit as UndiciRequestInit, fetch as undiciFetch } from "undici";
import type { UpstreamTls } from "./upstream-server.js";

/** The part of the platform's `fetch` that clients use; tests may put another in its place. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** A `fetch` that holds its own connections. */
export interface UpstreamFetch {
  readonly fetch: Fetch;
  /** Ends its connections; requests under way fail. */
  close(): Promise<void>;
}

/**
 * Makes a `fetch` for one server. Node's own cannot be told which certificate authority to trust, nor be closed; the
 * package it is made from can.
 */
export function upstreamFetch(tls: UpstreamTls = {}): UpstreamFetch {
  const agent = new Agent({
    connect: { ca: tls.ca, cert: tls.certificate, key: tls.key, servername: tls.serverName, timeout: 5_000 },
  });
  return {
    // The package's types are of another copy of the same standard than the platform's.
    fetch: (url, init) =>
      undiciFetch(url, { ...(init as UndiciRequestInit), dispatcher: agent }) as Promise<unknown> as Promise<Response>,
    close: () => agent.destroy(),
  };
}
