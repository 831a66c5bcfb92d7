import type { Response } from "express";

/** How often, on average, a stream asks. */
const meanMs = 4_000;

/** How long a client may take to read the rest of a stream that was ended. */
const readingMs = 5_000;

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
  /** When a stream is ended whatever it proves. */
  readonly mostMs?: number | undefined;
  /** For how long it may be unknown whether it proves that still; 5 minutes unless told otherwise. */
  readonly unknownMs?: number;
  readonly now?: () => number;
  /** How often, on average, it asks. */
  readonly meanMs?: number;
  /** How long a client may take to read what was sent before the stream was ended; 5 seconds unless told otherwise. */
  readonly restMs?: number;
}

/**
 * Ends a stream within seconds of what opened it being revoked, expiring or changing its roles. It is not completed, so
 * that the client comes back, and is refused or gets what its roles are now. That it cannot be found out, because the
 * database is away, is no reason to end it at once.
 */
export function watchCredentials(response: Response, watch: CredentialsWatch): void {
  const { stillProves, onEnd, onUnknown, random = Math.random, meanMs, mostMs = Infinity, unknownMs = 300_000 } = watch;
  const { now = () => performance.now(), restMs = readingMs } = watch;
  let timer: NodeJS.Timeout | undefined;
  let isUnknown = false;
  const openedAt = now();
  let knownAt = openedAt;
  const wait = () => {
    if (!response.closed) timer = setTimeout(check, pauseMs(random(), meanMs));
  };
  const end = () => {
    response.end();
    // Who does not read what was sent before would keep it open.
    timer = setTimeout(() => response.destroy(), restMs);
    onEnd();
  };
  const check = () => {
    if (now() - openedAt >= mostMs) return end();
    stillProves().then(
      (proven) => {
        isUnknown = false;
        knownAt = now();
        if (proven || response.closed) return wait();
        end();
      },
      (error: unknown) => {
        if (!isUnknown) onUnknown(error);
        isUnknown = true;
        if (now() - knownAt >= unknownMs) return end();
        wait();
      },
    );
  };
  response.once("close", () => clearTimeout(timer));
  wait();
}
