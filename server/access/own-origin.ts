import { ForbiddenError } from "../core/errors.js";

/**
 * Throws FORBIDDEN unless a request comes from a page of this server. A browser sends its cookies with whatever another
 * site makes it send, but always tells the truth about that in `Origin`: `origins` are the values of that header.
 */
export function requireOwnOrigin(origins: readonly string[], publicOrigin: string): void {
  if (origins.length === 1 && origins[0] === publicOrigin) return;
  throw new ForbiddenError(
    `A request with a session cookie must come from a page of ${publicOrigin}, and say so in its Origin header. Programs send a token instead.`,
  );
}
