/** No Prometheus has so much to say of itself: with 5,000 projects it is about 6 MB. */
const mostBytes = 256 * 1024 * 1024;
const longestLine = 64 * 1024;

/**
 * Reads what a process serves at a URL and hands over each line, as it comes: nothing is kept. Throws when the process does
 * not answer with 200, or has far more to say than any does. Resolves to how many characters were read.
 */
export async function readMetricLines(
  url: string,
  init: { readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  take: (line: string) => void,
): Promise<number> {
  // Packing them would cost the process more than sending them does: agents run beside what they write for.
  const headers = { ...init.headers, "accept-encoding": "identity" };
  const response = await fetch(url, { ...init, headers, redirect: "error" });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  let [rest, read] = ["", 0];
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    read += chunk.length;
    if (read > mostBytes || rest.length > longestLine) throw new Error(`${url} says more than can be metrics`);
    const text = rest + chunk;
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      take(text.slice(start, end));
      start = end + 1;
    }
    rest = text.slice(start);
  }
  return read;
}

/** The value at the end of a line of metrics. */
export function sampleOf(line: string): number {
  return Number(line.slice(line.lastIndexOf(" ") + 1));
}
