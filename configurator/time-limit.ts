/**
 * Aborted when the signal is, or when the time is over. `AbortSignal.timeout` would not do: within `AbortSignal.any` it may be
 * collected as garbage before it fires (nodejs/node#57736).
 */
export function withTimeLimit(signal: AbortSignal, timeoutMs: number): AbortSignal {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("The time is over", "TimeoutError")), timeoutMs);
  timer.unref();
  return AbortSignal.any([signal, late.signal]);
}
