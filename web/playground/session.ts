import { requestHeaders } from "./request.js";

/** Where a browser begins to sign in, to come back to this page. */
export const signInAddress = (): string =>
  `/auth/sign-in?return=${encodeURIComponent(location.pathname + location.search)}`;

/** How people can say who they are without a token: by signing in (OIDC), or a proxy says it for them (PROXY_HEADER). */
export async function waysWithoutToken(signal: AbortSignal): Promise<readonly string[]> {
  try {
    const response = await fetch("/auth/ways", { signal });
    const { ways } = await response.json();
    return ["OIDC", "PROXY_HEADER"].filter((way) => ways.includes(way));
  } catch {
    // Tokens are a way everywhere.
    return [];
  }
}

const channelName = "metricsinfra.session";

/** Ends the session of this browser, tells the other tabs, and goes on to where the server says. Throws when it cannot. */
export async function signOut(): Promise<void> {
  const response = await fetch("/auth/sign-out", { method: "POST", headers: requestHeaders(null) });
  if (!response.ok) throw new Error(`The server answered ${response.status} ${response.statusText}. Try again.`);
  const { url } = await response.json();
  const channel = new BroadcastChannel(channelName);
  channel.postMessage("signed out");
  channel.close();
  location.assign(url);
}

/** Calls `listener` when another tab signs out; gives what stops that. */
export function onSignOut(listener: () => void): () => void {
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener("message", listener);
  return () => channel.close();
}
