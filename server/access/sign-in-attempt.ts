import { z } from "zod";

const shape = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  begunAt: z.number(),
});

/**
 * A sign-in that was begun, kept by the browser in a cookie that scripts cannot read and other hosts cannot set: who comes
 * back from the provider must be who went there. Nothing is stored for those who never come back.
 */
export type SignInAttempt = z.output<typeof shape>;

/** How long somebody may take at the provider. */
export const attemptSeconds = 600;

/** The attempt as the value of a cookie. */
export function writeAttempt(attempt: SignInAttempt): string {
  return Buffer.from(JSON.stringify(attempt)).toString("base64url");
}

/** The attempt that a cookie holds; null when there is none that could be ours. */
export function readAttempt(cookie: string | undefined): SignInAttempt | null {
  if (cookie === undefined) return null;
  try {
    return shape.parse(JSON.parse(Buffer.from(cookie, "base64url").toString()));
  } catch {
    return null;
  }
}
