import { z } from "zod";

/** When a watchdog counts as absent. */
export const watchdogSettings = z.strictObject({ absentAfterSeconds: z.number().positive().max(86_400).default(300) });

/** The names of the watchdogs that a list of Prometheus servers is to be heard by, each once. */
export function watchdogsOf(
  servers: readonly { readonly name: string; readonly watchdog?: string | false | undefined }[],
): readonly string[] {
  const names = servers.flatMap(({ name, watchdog = name }) => (watchdog === false ? [] : [watchdog]));
  return [...new Set(names)];
}
