import { createHash } from "node:crypto";

const prefix = "mi_";

/** A fresh API token: 256 random bits, with a prefix that secret scanners can look for. */
export function newSecret(randomBytes: (size: number) => Buffer): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** Whether the text is meant to be an API token. */
export function isSecret(text: string): boolean {
  return text.startsWith(prefix);
}

/** What is stored of an API token. */
export function hashOfSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** The token in an `Authorization` header, or null. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? "")?.[1] ?? null;
}
