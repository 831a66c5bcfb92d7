import { hostname } from "node:os";
import { isAbsolute, normalize } from "node:path";
import { z } from "zod";
import { isStoreAddress } from "../render/store-files.js";
import { readSettingsFile, secret } from "./settings-file.js";

const seconds = (initial: number) => z.number().positive().max(3_600).default(initial);
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });
const baseUrl = httpUrl.transform((url) => url.replace(/\/+$/, ""));
const name = z.string().regex(/^[\w.-]{1,63}$/, "must be 1 to 63 letters, digits, `.`, `_` or `-`");
const path = z.string().refine(isAbsolute, "must be an absolute path").transform(normalize);

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

const command = z.array(z.string().min(1)).min(1);
const addresses = z.array(
  z.string().refine(isStoreAddress, "must be host:port, dns+host:port, dnssrv+name or dnssrvnoa+name"),
);

/** The stores of a Thanos Query: a list, or lists by name; no address may be there twice. */
const stores = z
  .union(
    [addresses.transform((all) => ({ stores: all })), z.record(name, addresses)],
    "must be a list of addresses, or lists of them by name",
  )
  .refine((byName) => Object.values(byName).flat().length > 0, "must name at least one store")
  .refine(
    (byName) => new Set(Object.values(byName).flat()).size === Object.values(byName).flat().length,
    "must name no store twice",
  );

/** The keys of what an agent writes by itself; `blackbox` is of use beside `prometheus` alone. */
const outputKeys = ["prometheus", "alertmanager", "thanosRule", "thanosQuery", "karmaAcl"] as const;

const shape = z
  .strictObject({
    name,
    hostname: z.string().min(1).default(hostname()),
    // It becomes part of a glob, in which these characters have a meaning.
    directory: path.refine((text) => !/[*?[\]{}\\]/.test(text), "must not hold any of * ? [ ] { } \\"),
    server: z.strictObject({ url: httpUrl, token: secret, timeoutSeconds: seconds(30) }),
    shard: name.optional(),
    replica: name.optional(),
    pollIntervalSeconds: seconds(30),
    reportIntervalSeconds: seconds(30),
    reloadIntervalSeconds: seconds(15),
    nameCheckIntervalSeconds: seconds(60),
    brake: z
      .strictObject({
        maxDeletedShare: z.number().min(0).max(1).default(0.5),
        alwaysAllowed: z.number().int().min(0).default(5),
        windowMinutes: z.number().positive().max(10_080).default(60),
      })
      .prefault({}),
    quarantine: z.strictObject({ searchSeconds: seconds(120) }).prefault({}),
    listen: z
      .strictObject({ host: z.string().default("127.0.0.1"), port: z.number().int().min(0).max(65_535).default(9590) })
      .optional(),
    log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") }).prefault({}),
    prometheus: z
      .strictObject({
        ...processes,
        baseFile: path,
        promtool: z.string().default("promtool"),
        watchdog: name.optional(),
        openstack: z
          .strictObject({
            identityEndpoint: baseUrl,
            username: z.string().min(1),
            password: secret,
            domainName: z.string().min(1).default("Default"),
            regions: z.array(z.string().min(1)).min(1).default(["RegionOne"]),
            refreshInterval: z
              .string()
              .regex(/^[0-9]+(s|m|h)$/, "must be a duration such as 5m")
              .default("5m"),
            hostTemplate: z
              .string()
              .regex(
                /^(?:[A-Za-z0-9.-]|\{instance\}|\{project\})+$/,
                "may hold letters, digits, `.`, `-`, {instance} and {project}",
              )
              .refine((text) => /\{instance\}\.[^.]/.test(text), "must hold {instance}. and a domain after it")
              .optional(),
            imagesFile: path.optional(),
          })
          .optional(),
        // It was here before projects had more limits than Prometheus knows of.
        tiers: z
          .never("the limits of projects are the server's now: move them to limits.tiers of its settings")
          .optional(),
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
        watchdogReceiver: z.string().min(1).optional(),
        ircRelayUrl: baseUrl.optional(),
        phabricatorUrl: baseUrl.optional(),
      })
      .optional(),
    thanosRule: z
      .strictObject({ ...processes, promtool: z.string().default("promtool"), watchdog: name.optional() })
      .optional(),
    thanosQuery: z
      .strictObject({
        stores,
        urls: processes.urls,
        listedWithinSeconds: seconds(10),
        basicAuth: processes.basicAuth,
      })
      .optional(),
    karmaAcl: z
      .strictObject({
        configFile: path,
        operatorGroups: z.array(z.string().min(1)).default([]),
        urls: processes.urls,
        reload: z.strictObject({ command }).optional(),
        reloadTimeoutSeconds: seconds(60),
        basicAuth: processes.basicAuth,
        check: command.optional(),
      })
      .refine(({ urls, reload }) => urls.length === 0 || reload !== undefined, {
        path: ["urls"],
        message: 'are of no use without "reload"',
      })
      .optional(),
  })
  .refine((settings) => outputKeys.some((key) => settings[key] !== undefined), {
    message: `at least one of ${outputKeys.map((key) => `"${key}"`).join(", ")} is needed`,
  })
  .refine((settings) => settings.blackbox === undefined || settings.prometheus !== undefined, {
    path: ["blackbox"],
    message: 'is of no use without "prometheus"',
  })
  .refine(({ shard, prometheus }) => shard === undefined || prometheus !== undefined, {
    path: ["shard"],
    message: 'is of no use without "prometheus"',
  })
  .refine(({ replica, prometheus }) => replica === undefined || prometheus !== undefined, {
    path: ["replica"],
    message: 'is of no use without "prometheus"',
  })
  .refine(({ shard, alertmanager, karmaAcl }) => shard === undefined || !(alertmanager ?? karmaAcl), {
    path: ["shard"],
    message:
      'is for an agent without "alertmanager" and "karmaAcl", which need all projects: run another agent for them',
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

/** How many names may be looked up at once: Node's threads for that but one, which is left for the server's own name. */
export function lookUpsAtOnce(environment: Readonly<Record<string, string | undefined>> = process.env): number {
  const threads = Number(environment.UV_THREADPOOL_SIZE ?? 4);
  return Number.isInteger(threads) && threads > 1 ? threads - 1 : 1;
}
