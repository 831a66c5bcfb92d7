import { graphql } from "graphql";
import { Field, ObjectType, Query, Resolver } from "type-graphql";
import { expect, it } from "vitest";
import { buildGraph } from "../../server/http/schema.js";

@ObjectType()
abstract class Named {
  @Field(() => String)
  readonly name!: string;

  @Field(() => String)
  get greeting(): string {
    return `Hello ${this.name}`;
  }
}

@ObjectType()
class Person extends Named {
  @Field(() => String)
  farewell(): string {
    return `Bye ${this.name}`;
  }
}

@Resolver()
class PersonResolver {
  @Query(() => Person)
  instance(): Person {
    return Object.assign(new Person(), { name: "Ada" });
  }

  @Query(() => Person)
  plain() {
    return { name: "Ada" };
  }
}

const schema = buildGraph([new PersonResolver()], {});

it("reads properties, getters and methods alike, of instances and of what is none yet", async () => {
  const source = "{ instance { name greeting farewell } plain { name greeting farewell } }";
  const ada = { name: "Ada", greeting: "Hello Ada", farewell: "Bye Ada" };
  expect(await graphql({ schema, source })).toEqual({ data: { instance: ada, plain: ada } });
});

it("leaves properties to graphql-js, which reads them fastest", () => {
  const type = schema.getType("Person");
  const fields = type && "getFields" in type ? Object.values(type.getFields()) : [];
  const wrapped = fields.filter((field) => "resolve" in field && field.resolve !== undefined);
  expect(wrapped.map(({ name }) => name)).toEqual(["greeting", "farewell"]);
});
