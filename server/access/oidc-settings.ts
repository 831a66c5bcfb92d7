import { z } from "zod";
import { isSecureUrl } from "../core/secure-url.js";
import { secret } from "../core/settings-file.js";

const secureUrl = z.string().refine(isSecureUrl, "An https URL without a user; http only for this machine itself.");

/** The URL at which browsers reach the server, as its origin: cookies and sign-in hold for the whole host. */
export const publicUrl = secureUrl
  .refine((text) => URL.canParse(text) && new URL(text).href === `${new URL(text).origin}/`, "A URL without a path.")
  .transform((text) => new URL(text).origin);

/** `access.oidc` of the settings. */
export const oidcSettings = z.strictObject({
  issuer: secureUrl.refine((text) => text.length <= 255, "At most 255 characters."),
  clientId: z.string().min(1),
  clientSecret: secret.refine((text) => text !== "", "The secret is empty."),
  tls: z.strictObject({ ca: secret }).optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "A scope is one word."))
    .refine((scopes) => scopes.includes("openid"), 'The scope "openid" is needed.')
    .default(["openid", "profile", "email", "groups"]),
  groupsClaim: z.string().min(1).default("groups"),
  nameClaim: z.string().min(1).default("preferred_username"),
  audience: z.string().min(1).optional(),
  sessionHours: z.number().positive().max(720).default(8),
  // When somebody was last there is noted to the minute.
  idleMinutes: z.number().min(2).max(43_200).default(60),
  clockToleranceSeconds: z.number().int().min(0).max(300).default(30),
});

/** How people sign in with OpenID Connect. */
export type OidcSettings = z.output<typeof oidcSettings>;
