/** What a process says of its last reload. */
export interface ReloadStatus {
  readonly successful: boolean;
  /** Seconds since 1970 of the last reload that succeeded. */
  readonly succeededAt: number;
}

/**
 * Reads what a process says of its last reload in its metrics. Reading stops as soon as both are found: those of a
 * Prometheus with thousands of rule groups are megabytes.
 */
export async function readReloadStatus(
  metricsUrl: string,
  prefix: string,
  init: { readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<ReloadStatus> {
  const response = await fetch(metricsUrl, init);
  if (!response.ok || response.body === null) throw new Error(`${metricsUrl} answered ${response.status}`);
  const successful = new RegExp(`^${prefix}_last_reload_successful (\\S+)\n`, "m");
  const succeededAt = new RegExp(`^${prefix}_last_reload_success_timestamp_seconds (\\S+)\n`, "m");
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const [flag, time] = [successful.exec(text)?.[1], succeededAt.exec(text)?.[1]];
    if (flag !== undefined && time !== undefined) return { successful: Number(flag) === 1, succeededAt: Number(time) };
    // All but the last, unfinished line has been looked at, unless one of the two was in it.
    if (flag === undefined && time === undefined) text = text.slice(text.lastIndexOf("\n") + 1);
  }
  throw new Error(`${metricsUrl} has no ${prefix}_last_reload_successful`);
}
