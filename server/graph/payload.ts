import { type ClassType, Field, ID, Int, ObjectType } from "type-graphql";
import { Json } from "./scalars.js";
import { UserError } from "./user-error.js";

/** One field that a change sets, removes or alters. */
@ObjectType({ description: "One field that a change sets, removes or alters." })
export class FieldChange {
  @Field(() => String, { description: "The field's name." })
  readonly field!: string;

  @Field(() => Json, { nullable: true, description: "The value before; null when there was none. Secrets are masked." })
  readonly before!: unknown;

  @Field(() => Json, { nullable: true, description: "The value after; null when there is none. Secrets are masked." })
  readonly after!: unknown;
}

/** What came of a change: the object as it is now, or the mistakes that kept it from being written. */
export interface Outcome<T> {
  /** The object after the change; null when it was not written (mistakes, or a dry run). */
  readonly subject: T | null;
  readonly diff: readonly FieldChange[];
  /** The revision that the change took; null when nothing was written. */
  readonly revision: number | null;
  readonly userErrors: readonly UserError[];
}

/** Fields of every payload. */
@ObjectType()
export abstract class PayloadFields {
  @Field(() => [UserError], {
    description: "Mistakes in the input. Empty when the change was made, or would be in a dry run.",
  })
  readonly userErrors!: readonly UserError[];
}

/** Fields of the payload of every change to the configuration. */
@ObjectType()
export abstract class ChangePayloadFields extends PayloadFields {
  @Field(() => [FieldChange], { description: "What the change alters; in a dry run, what it would alter." })
  readonly diff!: readonly FieldChange[];

  @Field(() => Int, {
    nullable: true,
    description: "The revision that the change took; null when nothing was written.",
  })
  readonly revision!: number | null;
}

/** Makes the payload type of a create or an update: the object in the field `field`, the diff and the mistakes. */
export function changePayloadType<T extends object, F extends string>(
  name: string,
  field: F,
  type: () => abstract new (...values: never[]) => T,
) {
  @ObjectType(name, { description: "What came of the change." })
  class ChangePayload extends ChangePayloadFields {}
  Field(type, { nullable: true, description: "The object as it is now; null when nothing was written." })(
    ChangePayload.prototype,
    field,
  );
  return ChangePayload as ClassType<ChangePayloadFields & { readonly [key in F]: T | null }>;
}

/** Makes the payload type of a deletion. */
export function deletePayloadType(name: string): ClassType<DeletePayload> {
  @ObjectType(name, { description: "What came of the deletion." })
  class ConcreteDeletePayload extends ChangePayloadFields implements DeletePayload {
    @Field(() => ID, { nullable: true, description: "The id that is gone; null when nothing was deleted." })
    readonly deletedId!: string | null;
  }
  return ConcreteDeletePayload;
}

/** The payload of a deletion, whatever was deleted. */
export interface DeletePayload extends ChangePayloadFields {
  readonly deletedId: string | null;
}

/** The payload of a create or an update. */
export function changePayload<T, F extends string>(field: F, { subject, diff, revision, userErrors }: Outcome<T>) {
  return { [field]: subject, diff, revision, userErrors } as ChangePayloadFields & { readonly [key in F]: T | null };
}

/** The payload of a deletion. */
export function deletePayload({
  subject,
  diff,
  revision,
  userErrors,
}: Outcome<{ readonly id: string }>): DeletePayload {
  return { deletedId: subject?.id ?? null, diff, revision, userErrors };
}
