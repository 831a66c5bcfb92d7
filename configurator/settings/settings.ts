import { hostname } from "node:os";
import { isAbsolute, normalize } from "node:path";
import { z } from "zod";
import { durationMs } from "../render/duration.js";
import { readSettingsFile, secret } from "./settings-file.js";

const seconds = (initial: number) => z.number().positive().max(3_600).default(initial);
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });
const baseUrl = httpUrl.transform((url) => url.replace(/\/+$/, ""));
const path = z.string().refine(isAbsolute, "must be an absolute path").transform(normalize);
const count = z.number().int().positive();
const duration = z
  .string()
  .refine((text) => (durationMs(text) ?? 0) > 0, 'must be a Prometheus duration such as "30s" or "1m"');
const byteSize = z.string().regex(/^[0-9]+(B|KB|MB|GB)$/, 'must be a size such as "10MB"');

/** Processes that read one output's files: where they are and how they are asked to read them again. */
const processes = {
  urls: z.array(baseUrl).default([]),
  reload: z
    .union(
      [z.literal("http"), z.strictObject({ pidFile: path }), z.strictObject({ command: z.array(z.string()).min(1) })],
      "must be http, {pidFile: path} or {command: [program, parameter]}",
    )
    .default("http"),
  reloadTimeoutSeconds: seconds(300),
  basicAuth: z.strictObject({ username: z.string().min(1), password: secret }).optional(),
};

const tier = z
  .strictObject({
    scrapeInterval: duration.default("1m"),
    scrapeTimeout: duration.default("10s"),
    minInterval: duration.default("15s"),
    sampleLimit: count.default(10_000),
    labelLimit: count.default(64),
    labelNameLengthLimit: count.optional(),
    labelValueLengthLimit: count.optional(),
    bodySizeLimit: byteSize.default("20MB"),
    ruleLimit: count.default(1_000),
  })
  .refine((one) => (durationMs(one.scrapeTimeout) ?? 0) <= (durationMs(one.scrapeInterval) ?? Infinity), {
    path: ["scrapeTimeout"],
    message: "must not be longer than scrapeInterval",
  });

const shape = z
  .strictObject({
    name: z.string().regex(/^[\w.-]{1,63}$/, "must be 1 to 63 letters, digits, `.`, `_` or `-`"),
    hostname: z.string().min(1).default(hostname()),
    // It becomes part of a glob, in which these characters have a meaning.
    directory: path.refine((text) => !/[*?[\]{}\\]/.test(text), "must not hold any of * ? [ ] { } \\"),
    server: z.strictObject({ url: httpUrl, token: secret, timeoutSeconds: seconds(30) }),
    pollIntervalSeconds: seconds(30),
    reportIntervalSeconds: seconds(30),
    brake: z.strictObject({ maxDeletedShare: z.number().min(0).max(1).default(0.5) }).prefault({}),
    listen: z
      .strictObject({ host: z.string().default("127.0.0.1"), port: z.number().int().min(0).max(65_535).default(9590) })
      .optional(),
    log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") }).prefault({}),
    prometheus: z
      .strictObject({
        ...processes,
        baseFile: path,
        promtool: z.string().default("promtool"),
        tiers: z
          .record(z.string().regex(/^[a-z0-9-]{1,63}$/, "must be 1 to 63 lower-case letters, digits or `-`"), tier)
          .refine((tiers) => Object.hasOwn(tiers, "default"), 'must hold a tier named "default"')
          .prefault({ default: {} }),
      })
      .optional(),
    blackbox: z
      .strictObject({
        ...processes,
        address: z.string().regex(/^[^\s/]+:[0-9]{1,5}$/, "must be host:port"),
        baseFile: path.optional(),
        command: z.string().default("prometheus-blackbox-exporter"),
      })
      .optional(),
    alertmanager: z
      .strictObject({
        ...processes,
        baseFile: path,
        amtool: z.string().default("amtool"),
        continue: z.boolean().default(false),
        ircRelayUrl: baseUrl.optional(),
        phabricatorUrl: baseUrl.optional(),
      })
      .optional(),
  })
  .refine((settings) => settings.prometheus !== undefined || settings.alertmanager !== undefined, {
    message: 'at least one of "prometheus" and "alertmanager" is needed',
  })
  .refine((settings) => settings.blackbox === undefined || settings.prometheus !== undefined, {
    path: ["blackbox"],
    message: 'is of no use without "prometheus"',
  });

/** What the agent is told by its settings file, all defaults filled in. */
export type Settings = Readonly<z.output<typeof shape>>;

/** The part of the settings about the processes of one output. */
export type ProcessSettings = Readonly<z.output<z.ZodObject<typeof processes>>>;

/** Reads and checks the settings file; throws a SettingsError. */
export function readSettings(
  file: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  return Object.freeze(readSettingsFile(file, shape, environment));
}
