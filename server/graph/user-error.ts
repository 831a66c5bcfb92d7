import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { EntryProblem } from "../core/labels.js";

/** Why an input was not accepted. */
export const UserErrorCode = {
  INVALID: "INVALID",
  TAKEN: "TAKEN",
  CONFLICT: "CONFLICT",
  NOT_FOUND: "NOT_FOUND",
  IN_USE: "IN_USE",
  LIMIT: "LIMIT",
  UNSUPPORTED: "UNSUPPORTED",
  POLICY: "POLICY",
  CONFIRMATION_REQUIRED: "CONFIRMATION_REQUIRED",
  FORBIDDEN: "FORBIDDEN",
  UNAVAILABLE: "UNAVAILABLE",
} as const;
export type UserErrorCode = keyof typeof UserErrorCode;

registerEnumType(UserErrorCode, {
  name: "UserErrorCode",
  description: "Why an input was not accepted.",
  valuesConfig: {
    INVALID: { description: "The value is malformed or out of range." },
    TAKEN: { description: "Another object already has this name." },
    CONFLICT: { description: "The object changed since it was read: `expectedVersion` is old. Read it again." },
    NOT_FOUND: { description: "The input names an object that is absent or invisible to the caller." },
    IN_USE: { description: "Something else still needs the object." },
    LIMIT: { description: "The project's limit is reached." },
    UNSUPPORTED: { description: "The servers behind the graph cannot do this." },
    POLICY: { description: "It is not what the operators' policy wants." },
    CONFIRMATION_REQUIRED: { description: "It reaches far, and is done once that is confirmed as the message says." },
    FORBIDDEN: { description: "The object is not for the caller to change. Only told of one of several objects." },
    UNAVAILABLE: {
      description:
        "What stores the object did not answer: where the message does not say otherwise, nobody knows whether it was written. Only told of one of several objects.",
    },
  },
});

/** A mistake in the input that a person can mend; while there is one, nothing is written. */
@ObjectType({ description: "A mistake in the input that a person can mend. While there is one, nothing is written." })
export class UserError {
  @Field(() => UserErrorCode, { description: "What kind of mistake; stable, unlike the message." })
  readonly code!: UserErrorCode;

  @Field(() => String, { description: "What is wrong and what to do, for a person." })
  readonly message!: string;

  @Field(() => [String], { description: 'The path into the arguments: `["input", "staticTargets", "0", "port"]`.' })
  readonly path!: readonly string[];
}

/** Collects the mistakes of one input, so that a person sees them all at once. */
export class UserErrors {
  readonly #list: UserError[] = [];

  add(code: UserErrorCode, message: string, path: readonly string[]): void {
    this.#list.push({ code, message, path });
  }

  /** Adds a mistake, INVALID unless told otherwise, when `message` is one: fits the checks in `core/`, which answer a message or null. */
  check(message: string | null, path: readonly string[], code: UserErrorCode = "INVALID"): void {
    if (message !== null) this.add(code, message, path);
  }

  /** Adds one INVALID mistake per entry of a map that is wrong. */
  checkEntries(problems: readonly EntryProblem[], path: readonly string[]): void {
    for (const problem of problems) this.add("INVALID", problem.message, [...path, ...problem.path]);
  }

  get any(): boolean {
    return this.#list.length > 0;
  }

  get list(): readonly UserError[] {
    return this.#list;
  }
}
