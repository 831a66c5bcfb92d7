/**
 * Says why texts may not get into a header, a URL, an address or a template, as the rest of a sentence; undefined when they
 * may. Prometheus, Alertmanager and the blackbox exporter read these texts as syntax, and none of that may come from a tenant.
 */
export function textProblem(texts: Iterable<string>): string | undefined {
  for (const text of texts) {
    if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) return "holds control characters";
    if (text.includes("{{") || text.includes("}}")) return "holds template marks";
  }
  return undefined;
}

/** A path and its query: the characters of RFC 3986. */
const requestPath = /^\/(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/;

/**
 * Says why a text may not stand after the host of a URL, as the rest of a sentence, or undefined. Without a slash in front
 * the host before it would become a user's name, and what follows the host.
 */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith("/")) return 'does not begin with "/"';
  return requestPath.test(path) ? undefined : "holds characters that a URL must not";
}
