import { z } from "zod";
import { tlsSettings } from "../clients/tls-settings.js";
import { secret } from "../core/settings-file.js";

const seconds = z.number().positive().max(60);
const name = z.string().min(1).max(255);

/** The setting `access.keystone`: see `KeystoneWay` and `KeystoneClient`. */
export const keystoneSettings = z.strictObject({
  // OpenStack's own tools are given the address with the version of the API; it is the same server.
  url: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/(\/v3)?\/*$/, "")),
  roles: z
    .record(name, z.enum(["VIEWER", "MEMBER", "ADMIN"]))
    .default({ reader: "VIEWER", member: "MEMBER", admin: "ADMIN" }),
  systemRoles: z.record(name, z.enum(["READER", "OPERATOR"])).default({}),
  domains: z.array(name).min(1).optional(),
  serviceUser: z
    .strictObject({
      username: name,
      password: secret,
      domain: name.default("Default"),
      project: name.optional(),
      projectDomain: name.default("Default"),
    })
    .optional(),
  cacheSeconds: z.number().min(0).max(600).default(60),
  timeoutSeconds: seconds.default(5),
  tls: tlsSettings,
});

/** What the settings say of Keystone, all defaults filled in. */
export type KeystoneSettings = z.output<typeof keystoneSettings>;
