import { QueryFailedError } from "typeorm";
import { expect, it } from "vitest";
import { describeError } from "../../server/core/log.js";

it("logs a failed statement without its parameters and without the driver's words, which repeat them", () => {
  const driver = Object.assign(new Error("Duplicate entry 'mi_secret' for key 'uq'"), { code: "ER_DUP_ENTRY" });
  const described = describeError(
    new Error("outer", { cause: new QueryFailedError("INSERT INTO t VALUES (?)", ["mi_secret"], driver) }),
  );
  expect(described).toEqual({
    type: "Error",
    message: "outer",
    stack: expect.stringContaining("log.test.ts"),
    cause: {
      type: "QueryFailedError",
      code: "ER_DUP_ENTRY",
      statement: "INSERT INTO t VALUES (?)",
      stack: expect.any(String),
    },
  });
  expect(JSON.stringify(described)).not.toContain("mi_secret");
});

it("logs what is thrown and is no error as it is", () => {
  expect(describeError("gone")).toBe("gone");
});
