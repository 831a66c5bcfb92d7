const said: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection",
  ECONNRESET: "closed the connection",
  EPIPE: "closed the connection",
  UND_ERR_SOCKET: "closed the connection",
  ENOTFOUND: "has a host name that is unknown",
  EAI_AGAIN: "has a host name that could not be looked up",
  EHOSTUNREACH: "is not reachable on the network",
  ENETUNREACH: "is not reachable on the network",
  ETIMEDOUT: "did not take the connection in time",
  UND_ERR_CONNECT_TIMEOUT: "did not take the connection in time",
};

/** What went wrong below HTTP, to follow the server's name; without addresses, which the error's own message holds. */
export function describeNetworkError(error: unknown): string {
  const code = codeOf(error);
  if (code === null) return "could not be asked";
  return (
    said[code] ??
    (/CERT|TLS|SSL|SIGNATURE/.test(code) ? `failed its TLS check (${code})` : `could not be asked (${code})`)
  );
}

/** Whether the request certainly never reached the server, so that another server may be given it instead. */
export function wasNeverSent(error: unknown): boolean {
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"].includes(
    codeOf(error) ?? "",
  );
}

/** The innermost code: `fetch` wraps what the socket said in a TypeError, one that tried two addresses in another. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const inner = codeOf(error.cause);
  if (inner !== null) return inner;
  return "code" in error && typeof error.code === "string" ? error.code : null;
}
