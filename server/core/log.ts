import { type Logger, pino } from "pino";

/** The structured log: one JSON object per line. */
export type Log = Logger;

/** Keys that never reach the log, at the top or one level down. */
const secretKeys = ["token", "password", "secret", "authorization", "bearerToken"];

/** Makes the log, on standard output. */
export function makeLog(level: string): Log {
  const paths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths, censor: "[redacted]" } });
}
