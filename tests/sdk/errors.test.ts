import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { errorFromAnswer, retryAfterMs } from "../../sdk/error-from-answer.js";
import * as sdk from "../../sdk/index.js";

const answer = (status: number, code?: string, headers: Record<string, string> = {}) =>
  errorFromAnswer({
    status,
    headers: new Headers(headers),
    errors: code === undefined ? [] : [{ message: "No.", extensions: { code } }],
  });

describe("the error of an answer", () => {
  it.each([
    // code, status, class, retryable
    ["UNAUTHENTICATED", 401, sdk.AuthenticationError, false],
    ["FORBIDDEN", 200, sdk.ForbiddenError, false],
    ["NOT_FOUND", 200, sdk.NotFoundError, false],
    ["BAD_USER_INPUT", 400, sdk.InvalidRequestError, false],
    ["BAD_REQUEST", 400, sdk.InvalidRequestError, false],
    ["GRAPHQL_PARSE_FAILED", 400, sdk.InvalidRequestError, false],
    ["GRAPHQL_VALIDATION_FAILED", 400, sdk.InvalidRequestError, false],
    ["COST_LIMIT", 429, sdk.InvalidRequestError, false],
    ["CONFLICT", 409, sdk.ConflictError, false],
    ["RATE_LIMITED", 429, sdk.RateLimitError, true],
    ["UPSTREAM_UNAVAILABLE", 200, sdk.UpstreamUnavailableError, true],
    ["INTERNAL_SERVER_ERROR", 500, sdk.ServerError, false],
    ["INTERNAL_SERVER_ERROR", 503, sdk.ServerError, false],
    ["NEW_IN_2030", 418, sdk.InvalidRequestError, false],
    ["NEW_IN_2030", 503, sdk.ServerError, true],
    ["NEW_IN_2030", 200, sdk.MetricsinfraError, false],
    [undefined, 200, sdk.ServerError, false],
    [undefined, 301, sdk.InvalidRequestError, false],
    [undefined, 400, sdk.InvalidRequestError, false],
    [undefined, 401, sdk.AuthenticationError, false],
    [undefined, 403, sdk.ForbiddenError, false],
    [undefined, 404, sdk.InvalidRequestError, false],
    [undefined, 409, sdk.ConflictError, false],
    [undefined, 429, sdk.RateLimitError, true],
    [undefined, 500, sdk.ServerError, false],
    [undefined, 502, sdk.ServerError, true],
    [undefined, 503, sdk.ServerError, true],
    [undefined, 504, sdk.ServerError, true],
  ])("with code %s and status %i is of the class that fits", (code, status, ErrorClass, retryable) => {
    const error = answer(status, code);
    expect([error.constructor, error.name, error.code, error.status, error.retryable]).toEqual([
      ErrorClass,
      ErrorClass.name,
      code ?? `HTTP_${status}`,
      status,
      retryable,
    ]);
    expect(error).toBeInstanceOf(sdk.MetricsinfraError);
    expect(error).toBeInstanceOf(Error);
  });

  it("may be tried again if the server says so, and may not if it says no", () => {
    const told = (retryable: boolean, code: string) =>
      errorFromAnswer({
        status: 200,
        headers: new Headers(),
        errors: [{ message: "No.", extensions: { code, retryable } }],
      }).retryable;
    expect([told(true, "CONFLICT"), told(false, "RATE_LIMITED")]).toEqual([true, false]);
  });

  it("names the request, from the header or from the error, and holds the wait that was asked for", () => {
    const fromHeader = answer(429, "RATE_LIMITED", { "x-request-id": "abc", "retry-after": "2" });
    const fromError = errorFromAnswer({
      status: 200,
      headers: new Headers(),
      errors: [{ message: "No.", extensions: { code: "FORBIDDEN", requestId: "def" } }],
    });
    expect([fromHeader.message, fromHeader.requestId, fromHeader.retryAfterMs]).toEqual([
      "No. (RATE_LIMITED, request abc)",
      "abc",
      2000,
    ]);
    expect([fromError.message, fromError.requestId, fromError.retryAfterMs]).toEqual([
      "No. (FORBIDDEN, request def)",
      "def",
      undefined,
    ]);
  });

  it("says how many more there were, and keeps them", () => {
    const errors = [{ message: "One." }, { message: "Two.", extensions: { code: "FORBIDDEN" } }];
    const error = errorFromAnswer({ status: 200, headers: new Headers(), errors });
    expect([error.message, error.errors]).toEqual(["Two. (and 1 more) (FORBIDDEN)", errors]);
  });

  it.each([
    [
      'Variable "$input" got invalid value { secret: "s3cret" }; Field "nam" is not defined by type "X".',
      'Variable "$input" got an invalid value; Field "nam" is not defined by type "X".',
    ],
    [
      'Variable "$input" got invalid value "s3;cret" at "input.port"; Int cannot represent non-integer value: "s3;cret"',
      'Variable "$input" got an invalid value at "input.port"; Int cannot represent non-integer value',
    ],
    ["Labels cannot represent non-object value: s3cret\nwith lines", "Labels cannot represent non-object value"],
  ])("does not quote a value that graphql-js quotes", (message, shown) => {
    const error = errorFromAnswer({
      status: 400,
      headers: new Headers(),
      errors: [{ message, extensions: { code: "BAD_USER_INPUT" } }],
    });
    expect(error.message).toBe(`${shown} (BAD_USER_INPUT)`);
    expect(inspect(error)).not.toContain("s3");
  });

  it.each([
    [
      301,
      { location: "https://other.example.org/graphql" },
      /redirects to https:\/\/other.example.org\/graphql: set "url"/,
    ],
    [404, {}, /nothing is served at this address: is "url" the graph's/],
    [200, {}, /the answer is not GraphQL: is "url" the graph's/],
    [502, {}, /the server answered with HTTP status 502/],
  ])("without GraphQL errors says what to do about status %i", (status, headers, message) => {
    expect(answer(status, undefined, headers).message).toMatch(message);
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");

  it.each([
    [null, undefined],
    ["", undefined],
    ["soon", undefined],
    ["0", 0],
    ["3", 3000],
    ["1.5", 1500],
    ["-1", 0],
    ["Thu, 01 Jan 2026 00:00:10 GMT", 10_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ])("%s is %s ms", (value, expected) => {
    expect(retryAfterMs(value, now)).toBe(expected);
  });
});

describe("UserInputError", () => {
  it("says where each mistake is", () => {
    const error = new sdk.UserInputError([
      { code: "TAKEN", message: "is taken", path: ["input", "name"] },
      { code: "INVALID", message: "two agents share this name", path: [] },
    ]);
    expect([error.name, error.code, error.message, error.userErrors.length]).toEqual([
      "UserInputError",
      "TAKEN",
      "input.name: is taken; two agents share this name (TAKEN)",
      2,
    ]);
  });
});
