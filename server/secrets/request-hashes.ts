import { createHash, createHmac, hkdfSync } from "node:crypto";
import type { SecretsSettings } from "./secrets-settings.js";

/** What tells a repeat of a request from another request, as the change log keeps it. */
export interface RequestHashes {
  readonly requestHash: string;
  /** What an entry may hold that was written under an earlier key, or without one. */
  readonly earlierHashes: readonly string[];
}

/**
 * Hashes requests, which may hold secrets: by a hash that anybody can compute, whoever has the database could try a list
 * of likely secrets. So the keys that encrypt the secrets go into it; without keys no secret is accepted.
 */
export function requestHasher({ keys }: SecretsSettings): (text: string) => RequestHashes {
  const hashKeys = keys.map(({ key }) => Buffer.from(hkdfSync("sha256", key, "", "metricsinfra request hash", 32)));
  return (text) => {
    const plain = createHash("sha256").update(text).digest("hex");
    const [requestHash = plain, ...earlierHashes] = [
      ...hashKeys.map((key) => createHmac("sha256", key).update(text).digest("hex")),
      plain,
    ];
    return { requestHash, earlierHashes };
  };
}
