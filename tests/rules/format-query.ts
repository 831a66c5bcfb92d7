/** How a Prometheus reads an expression: what it prints, or why it refuses. */
export interface Formatted {
  readonly printed?: string;
  readonly refusal?: string;
}

const atOnce = 16;

/** Asks a Prometheus's own parser. */
export async function formatQuery(url: string, query: string): Promise<Formatted> {
  const response = await fetch(`${url}/api/v1/format_query`, { method: "POST", body: new URLSearchParams({ query }) });
  const answer = (await response.json()) as { status: string; data?: string; error?: string };
  return answer.status === "success" ? { printed: answer.data } : { refusal: answer.error };
}

/** The same for many, in the same order. */
export async function formatQueries(url: string, queries: readonly string[]): Promise<readonly Formatted[]> {
  const results: Formatted[] = [];
  const entries = queries.entries();
  const work = async () => {
    for (const [index, query] of entries) results[index] = await formatQuery(url, query);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
