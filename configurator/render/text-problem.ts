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
