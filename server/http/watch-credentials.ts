import type { Response } from "express";

/** How often, on average, a stream asks. */
const meanMs = 4_000;

/** How long a stream waits before it asks again: a quarter more or less, so that streams opened at once do not ask at once. */
export function pauseMs(random: number, mean = meanMs): number {
  return mean * (0.75 + random / 2);
}

/** What a stream asks, and whom it tells. */
export interface CredentialsWatch {
  /** Whether what opened the stream still proves who opened it, with the same roles. */
  readonly stillProves: () => Promise<boolean>;
  /** Told when the stream is ended for that. */
  readonly onEnd: () => void;
  /** Told when it cannot be found out: once, until it can be again. */
  readonly onUnknown: (error: unknown) => void;
  readonly random?: () => number;
  /** How often, on average, it asks. */
  readonly meanMs?: number;
}

/**
 * Ends a stream within seconds of what opened it being revoked, expiring or changing its roles. It is not completed, so
 * that the client comes back, and is refused or gets what its roles are now. That it cannot be found out, because the
 * database is away, is no reason to end it.
 */
export function watchCredentials(response: Response, watch: CredentialsWatch): void {
  const { stillProves, onEnd, onUnknown, random = Math.random, meanMs } = watch;
  let timer: NodeJS.Timeout | undefined;
  let isUnknown = false;
  const wait = () => {
    if (!response.closed) timer = setTimeout(check, pauseMs(random(), meanMs));
  };
  const check = () => {
    stillProves().then(
      (proven) => {
        isUnknown = false;
        if (proven || response.closed) return wait();
        response.end();
        onEnd();
      },
      (error: unknown) => {
        if (!isUnknown) onUnknown(error);
        isUnknown = true;
        wait();
      },
    );
  };
  response.once("close", () => clearTimeout(timer));
  wait();
}
