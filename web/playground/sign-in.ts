import { post, requestHeaders, type Viewer } from "./request.js";

/** What is known about who is asking. */
export type SignIn =
  | { readonly state: "missing" }
  | { readonly state: "checking" }
  /** With the token of the field, or, where that is null, with the session of this browser or by a proxy's word. */
  | { readonly state: "accepted"; readonly token: string | null; readonly viewer: Viewer }
  | { readonly state: "refused"; readonly reason: string };

/** What is shown when a session is over that was there before. */
export const sessionEnded: SignIn = { state: "refused", reason: "Your session has ended. Sign in again." };

const storageKey = "metricsinfra.token";

/** The token that this browser tab was given; it is forgotten with the tab. */
export const storedToken = (): string => sessionStorage.getItem(storageKey) ?? "";

/** Keeps the token for this browser tab only. */
export function storeToken(token: string): void {
  if (token) sessionStorage.setItem(storageKey, token);
  else sessionStorage.removeItem(storageKey);
}

/** Asks the server whose token this is, or, with null, who is asking without one. */
export async function signIn(token: string | null, signal: AbortSignal): Promise<SignIn> {
  try {
    const { data, errors } = await post(
      { query: "{ viewer { kind name globalRole } }" },
      requestHeaders(token),
      signal,
    );
    if (data?.viewer?.kind === "ANONYMOUS") return { state: "missing" };
    if (data?.viewer) return { state: "accepted", token, viewer: data.viewer };
    if (errors?.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED")) {
      if (token === null) return { state: "missing" };
      return { state: "refused", reason: "The server does not know this token, or it has expired." };
    }
    return { state: "refused", reason: errors?.[0]?.message ?? "The server gave no answer." };
  } catch (error) {
    return { state: "refused", reason: error instanceof Error ? error.message : String(error) };
  }
}
