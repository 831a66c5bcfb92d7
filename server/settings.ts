import { z } from "zod";
import { groupSettings } from "./access/group-settings.js";
import { keystoneSettings } from "./access/keystone-settings.js";
import { oidcSettings, publicUrl } from "./access/oidc-settings.js";
import { proxyHeaderSettings } from "./access/proxy-header-settings.js";
import { alertHistorySettings } from "./alerts/history/alert-history-settings.js";
import { watchdogSettings } from "./alerts/watchdog-settings.js";
import { auditSettings } from "./audit/audit-settings.js";
import { tlsSettings } from "./clients/tls-settings.js";
import { databaseSettings } from "./core/database/database-settings.js";
import { networkSetting } from "./core/networks.js";
import { readSettings, secret } from "./core/settings-file.js";
import { limitSettings } from "./limit-settings.js";
import { projectSettings } from "./projects/project-settings.js";
import { rolloutSettings } from "./rollout/rollout-settings.js";
import { shardSettings } from "./rollout/shards/shard-settings.js";
import { rulePackSettings } from "./rules/packs/pack-settings.js";
import { secretsSettings } from "./secrets/secrets-settings.js";
import { acknowledgementSettings } from "./silences/acknowledgements/acknowledgement-settings.js";
import { silenceSettings } from "./silences/silence-settings.js";

const upstream = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,63}$/, "1 to 63 letters, digits, `.`, `_` or `-`."),
  url: z.url({ protocol: /^https?$/ }),
  basicAuth: z.strictObject({ username: z.string().min(1), password: secret }).optional(),
  bearerToken: secret.optional(),
  tls: tlsSettings,
});

const prometheusServer = upstream.extend({
  watchdog: z.union([upstream.shape.name, z.literal(false)], "A name as above, or false.").optional(),
});

const seconds = (initial: number) => z.number().positive().max(3_600).default(initial);

const uniqueNames = <T extends { readonly name: string }>(list: readonly T[]) =>
  new Set(list.map(({ name }) => name)).size === list.length;

/** What projects' names and hosts look like in patterns, with `*` and `{name}`. */
const hostPattern = z
  .string()
  .regex(/^([\w.*-]|\{name\})+$/, "Letters, digits, `.`, `-`, `_` and `*`; {name} stands for the project's name.");

const keys = z.strictObject({
  listen: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      port: z.number().int().min(0).max(65_535).default(8080),
      publicUrl: publicUrl.optional(),
      trustedProxies: z.array(networkSetting).default([]),
    })
    .prefault({}),
  access: z
    .strictObject({
      oidc: oidcSettings.optional(),
      groups: groupSettings,
      keystone: keystoneSettings.optional(),
      proxyHeader: proxyHeaderSettings.optional(),
      anonymous: z.enum(["NONE", "VIEWER"]).default("NONE"),
    })
    .prefault({}),
  audit: auditSettings.prefault({}),
  alertHistory: alertHistorySettings.prefault({}),
  database: databaseSettings,
  projects: projectSettings.prefault({}),
  secrets: secretsSettings.prefault({}),
  prometheus: z.array(prometheusServer).refine(uniqueNames, "Each Prometheus needs a name of its own.").default([]),
  alertmanagers: z
    .array(
      z.strictObject({
        name: upstream.shape.name,
        members: z.array(upstream).min(1).refine(uniqueNames, "Each member needs a name of its own."),
      }),
    )
    .refine(uniqueNames, "Each cluster needs a name of its own.")
    .default([]),
  watchdog: watchdogSettings.prefault({}),
  egress: z
    .strictObject({
      allowedNetworks: z.array(networkSetting).default([]),
      refusedNetworks: z.array(networkSetting).default([]),
      hosts: z
        .array(
          z.strictObject({
            projects: z
              .string()
              .regex(/^[a-z0-9*-]+$/, "Lower-case letters, digits, `-` and `*`.")
              .default("*"),
            uses: z
              .array(z.enum(["TARGETS", "CONTACTS"]))
              .min(1)
              .default(["TARGETS", "CONTACTS"]),
            names: z.array(hostPattern).default([]),
            addresses: z.boolean().default(true),
          }),
        )
        .default([]),
      unresolved: z.enum(["accept", "refuse"]).default("accept"),
      probeRedirects: z.boolean().default(false),
      credentialsOverHttp: z.boolean().default(false),
    })
    .prefault({}),
  upstreams: z
    .strictObject({
      pollIntervalSeconds: seconds(2),
      timeoutSeconds: seconds(5),
      mostBytes: z
        .number()
        .int()
        .positive()
        .default(64 * 1024 * 1024),
      cacheSeconds: seconds(2),
    })
    .prefault({}),
  acknowledgements: acknowledgementSettings.prefault({}),
  limits: limitSettings.prefault({}),
  silences: silenceSettings.prefault({}),
  rollout: rolloutSettings.prefault({}),
  rulePacks: rulePackSettings,
  shards: shardSettings,
  shutdownSeconds: seconds(10),
  log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") }).prefault({}),
});

const shape = keys
  .refine(({ access, listen }) => access.oidc === undefined || listen.publicUrl !== undefined, {
    path: ["listen", "publicUrl"],
    message: "Needed with access.oidc: the URL that people type, to which the provider sends them back.",
  })
  .refine(
    ({ shards, prometheus }) =>
      shards.every(({ replicas }) => replicas.every((name) => prometheus.some((server) => server.name === name))),
    { path: ["shards"], message: "Each replica is the name of a server of `prometheus`." },
  );

/** What the server is told by its settings file, all defaults filled in. */
export type Settings = z.output<typeof shape>;

/** Checks settings that are at hand already; throws ZodError. */
export function settingsOf(settings: z.input<typeof shape>): Settings {
  return Object.freeze(shape.parse(settings));
}

/** Reads and checks the settings file; throws SettingsError. */
export function serverSettings(file: string, environment: NodeJS.ProcessEnv = process.env): Settings {
  return Object.freeze(readSettings(file, shape, environment));
}
