import { Field, ID, InterfaceType } from "type-graphql";

/** Anything that can be fetched again by its id. */
@InterfaceType({ description: "An object that can be fetched again by its id." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque and stable; its prefix names the type." })
  readonly id!: string;
}
