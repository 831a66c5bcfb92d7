import { Field, ObjectType, registerEnumType } from "type-graphql";

/** What there is to say about a silence before it is written. */
export const SilenceProblemCode = {
  INVALID: "INVALID",
  NOT_ALLOWED: "NOT_ALLOWED",
  POLICY: "POLICY",
  MATCHES_NOTHING: "MATCHES_NOTHING",
  TOO_BROAD: "TOO_BROAD",
  COVERS_SEVERAL_PROJECTS: "COVERS_SEVERAL_PROJECTS",
} as const;
export type SilenceProblemCode = keyof typeof SilenceProblemCode;

registerEnumType(SilenceProblemCode, {
  name: "SilenceProblemCode",
  description: "What there is to say about a silence before it is written.",
  valuesConfig: {
    INVALID: { description: "The input cannot be read; `path` says where." },
    NOT_ALLOWED: { description: "You may not write it." },
    POLICY: { description: "It is not what the operators' policy wants of the matchers." },
    MATCHES_NOTHING: { description: "It matches no alert now, as far as you may read them." },
    TOO_BROAD: {
      description:
        "Its matchers single nothing out besides the project, since they take any value (`.+`) or alerts without the label; or it matches every alert of its project, though these have several names.",
    },
    COVERS_SEVERAL_PROJECTS: { description: "It is not for one project alone." },
  },
});

/** Something that speaks against a silence, or that its writer should know. */
@ObjectType({ description: "Something that speaks against a silence, or that its writer should know." })
export class SilenceProblem {
  @Field(() => SilenceProblemCode, { description: "What it is; stable, unlike the message." })
  readonly code!: SilenceProblemCode;

  @Field(() => String, { description: "What it is and what to do, for a person." })
  readonly message!: string;

  @Field(() => Boolean, { description: "Whether the silence would be refused because of it." })
  readonly blocks!: boolean;

  @Field(() => [String], { description: 'The path into the arguments: `["input", "matchers", "0", "value"]`.' })
  readonly path!: readonly string[];
}
