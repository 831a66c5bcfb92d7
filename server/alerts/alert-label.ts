import { Arg, Field, Int, ObjectType } from "type-graphql";
import { requirePageSize } from "../core/page.js";

/** A value of a label, and how many alerts have it. */
@ObjectType({ description: "A value of a label, and how many alerts have it." })
export class AlertLabelValue {
  @Field(() => String, { description: "The value." })
  readonly value!: string;

  @Field(() => Int, { description: "How many alerts have it." })
  readonly count!: number;
}

/** A label that alerts have. */
@ObjectType({ description: "A label that alerts have." })
export class AlertLabelName {
  constructor(
    name: string,
    count: number,
    private readonly allValues: () => readonly AlertLabelValue[],
  ) {
    this.name = name;
    this.count = count;
  }

  @Field(() => String, { description: "Its name." })
  readonly name: string;

  @Field(() => Int, { description: "How many alerts have it." })
  readonly count: number;

  @Field(() => [AlertLabelValue], { description: "Its values, the most frequent first." })
  values(
    @Arg("first", () => Int, { defaultValue: 10, description: "How many, 1 to 100." }) first: number,
  ): readonly AlertLabelValue[] {
    return this.allValues().slice(0, requirePageSize(first));
  }
}
