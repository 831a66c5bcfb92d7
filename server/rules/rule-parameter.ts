import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";

/** What a parameter holds. */
export const RuleParameterType = { NUMBER: "NUMBER", DURATION: "DURATION" } as const;
export type RuleParameterType = keyof typeof RuleParameterType;

registerEnumType(RuleParameterType, {
  name: "RuleParameterType",
  description: "What a parameter of a global rule holds.",
  valuesConfig: {
    NUMBER: { description: "A decimal number, such as `90` or `0.5`." },
    DURATION: { description: "A duration, such as `5m`." },
  },
});

/** What a global rule leaves open: `<<name>>` in its expression and annotations stands for the value. */
@ObjectType("RuleParameter", {
  description:
    "What a global rule leaves open, such as a threshold: `<<name>>` in its expression and its annotations stands for the value.",
})
@InputType("RuleParameterInput", {
  description:
    "What a global rule leaves open, such as a threshold: `<<name>>` in its expression and its annotations stands for the value.",
})
export class RuleParameter {
  @Field(() => String, { description: 'Its name: a small letter, then small letters, digits and "_", at most 40.' })
  readonly name!: string;

  @Field(() => RuleParameterType, { description: "What it holds." })
  readonly type!: RuleParameterType;

  @Field(() => String, { description: "What it means, for whoever sets it." })
  readonly description!: string;

  @Field(() => String, { description: "The value where a project sets no other." })
  readonly default!: string;

  @Field(() => String, { nullable: true, description: "The least value that projects may set; null for any." })
  readonly min?: string | null;

  @Field(() => String, { nullable: true, description: "The largest value that projects may set; null for any." })
  readonly max?: string | null;

  @Field(() => String, { nullable: true, description: "The unit of a number, for people: `%`, `days`." })
  readonly unit?: string | null;
}

/** Values of parameters by name. */
export type ParameterValues = Readonly<Record<string, string>>;

/** The values that apply where nobody sets others. */
export function defaultValues(parameters: readonly RuleParameter[]): ParameterValues {
  return Object.fromEntries(parameters.map(({ name, default: value }) => [name, value]));
}
