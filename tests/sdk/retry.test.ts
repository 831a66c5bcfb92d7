import { describe, expect, it } from "vitest";
import { AuthenticationError, NetworkError, RateLimitError, ServerError } from "../../sdk/errors.js";
import { retryDelayMs, retrySettings, shouldRetry, wait } from "../../sdk/retry.js";

const gateway = new ServerError("Bad gateway", { status: 502, retryable: true });
const crash = new ServerError("Internal server error", { status: 500, retryable: false });
const network = new NetworkError("ECONNRESET", { retryable: true });
const limited = new RateLimitError("Too many", { retryable: true, retryAfterMs: 3000 });
const denied = new AuthenticationError("No");

describe("shouldRetry", () => {
  it.each([
    // error, operation, key, attempt, expected
    [gateway, "query", false, 0, true],
    [gateway, "query", false, 1, true],
    [gateway, "query", false, 2, false],
    [gateway, "mutation", true, 0, true],
    [gateway, "mutation", false, 0, false],
    [network, "query", false, 0, true],
    [network, "mutation", true, 1, true],
    [network, "mutation", false, 0, false],
    [limited, "mutation", false, 0, true],
    [limited, "mutation", false, 2, false],
    [crash, "query", false, 0, false],
    [crash, "mutation", true, 0, false],
    [denied, "query", false, 0, false],
  ] as const)("%s of a %s (key: %s), try %i: %s", (error, operation, hasIdempotencyKey, attempt, expected) => {
    expect(shouldRetry({ error, operation, hasIdempotencyKey, attempt, retries: 2 })).toBe(expected);
  });
});

describe("retrySettings", () => {
  it("fills in what is left out, or undefined", () => {
    const all = { retries: 2, baseDelayMs: 200, maxDelayMs: 10_000 };
    expect([retrySettings(), retrySettings({ retries: undefined, baseDelayMs: undefined })]).toEqual([all, all]);
    expect([retrySettings(false), retrySettings({ retries: 5 })]).toEqual([
      { ...all, retries: 0 },
      { ...all, retries: 5 },
    ]);
  });
});

describe("retryDelayMs", () => {
  it("is full jitter below a doubling limit, which is capped", () => {
    const delays = (random: number) =>
      [0, 1, 2, 10, 2000].map((attempt) => retryDelayMs(gateway, attempt, retrySettings(), () => random));
    expect([delays(1), delays(0.5), delays(0)]).toEqual([
      [200, 400, 800, 10_000, 10_000],
      [100, 200, 400, 5000, 5000],
      [0, 0, 0, 0, 0],
    ]);
  });

  it("is never shorter than what the server asked for", () => {
    expect([0, 1].map((random) => retryDelayMs(limited, 0, retrySettings(), () => random))).toEqual([3000, 3200]);
  });
});

describe("wait", () => {
  it("ends at once with the reason of the signal", async () => {
    const controller = new AbortController();
    const waiting = wait(60_000, controller.signal);
    controller.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    await expect(wait(60_000, AbortSignal.abort("before"))).rejects.toBe("before");
  });
});
