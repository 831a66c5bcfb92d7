import { createHmac } from "node:crypto";

/**
 * A short text that differs whenever what it is made of does; without the key it tells nothing of it, however weak a
 * password is. What holds a secret has one in its name, because a process reads files of secrets at each request: until it
 * has loaded its new config, its old one must find what it was written with under a name, or nothing.
 */
export function nameTag(key: string, parts: readonly unknown[]): string {
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
