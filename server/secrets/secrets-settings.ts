import { createSecretKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { secret } from "../core/settings-file.js";

/** 256 bits, as `openssl rand -base64 32` and `openssl rand -hex 32` print them. */
const key = secret.transform((text, context): KeyObject => {
  const bytes = bytesOf(text);
  if (bytes !== null) return createSecretKey(bytes);
  context.addIssue({ code: "custom", message: "A key is 32 bytes in base64 or hex: openssl rand -base64 32" });
  return z.NEVER;
});

/** How the secrets of tenants are encrypted: the first key encrypts, all of them decrypt. */
export const secretsSettings = z.strictObject({
  keys: z
    .array(z.strictObject({ id: z.string().regex(/^[\w.-]{1,63}$/, "1 to 63 letters, digits, `.`, `_` or `-`."), key }))
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, "Each key needs an id of its own.")
    .default([]),
});

/** The validated `secrets` section of the settings file. */
export type SecretsSettings = z.output<typeof secretsSettings>;

function bytesOf(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, "base64") : null;
}
