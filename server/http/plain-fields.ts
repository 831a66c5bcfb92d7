import { type GraphQLSchema, isObjectType } from "graphql";
import { getMetadataStorage } from "type-graphql";

/**
 * Reads fields that are properties and getters as such. The library wraps each in what only methods and middleware need,
 * which takes as long as all else that a field takes.
 */
export function readPlainFields(schema: GraphQLSchema): void {
  const { objectTypes, fieldResolvers } = getMetadataStorage();
  const classes = new Map(objectTypes.map(({ name, target }) => [name, target]));
  for (const type of Object.values(schema.getTypeMap())) {
    const owner = isObjectType(type) ? classes.get(type.name) : undefined;
    if (!isObjectType(type) || owner === undefined) continue;
    const lineage = lineageOf(owner);
    for (const field of Object.values(type.getFields())) {
      const { name, resolve } = field;
      const own = fieldResolvers.filter(({ getObjectType }) => lineage.includes(getObjectType?.()));
      const resolver = own.find(({ schemaName }) => schemaName === name);
      if (resolver === undefined) field.resolve = undefined;
      else if (resolver.kind === "internal" && isGetter(lineage, name)) {
        const isInstance = (root: unknown): root is Readonly<Record<string, unknown>> => root instanceof owner;
        // What is no instance yet is made one by the library.
        field.resolve = (root: unknown, args, context, info) =>
          isInstance(root) ? root[name] : resolve?.(root, args, context, info);
      }
    }
  }
}

/** A class and those that it extends, the nearest first. */
function lineageOf(from: unknown): readonly unknown[] {
  return typeof from === "function" && from !== Function.prototype
    ? [from, ...lineageOf(Object.getPrototypeOf(from))]
    : [];
}

function isGetter(lineage: readonly unknown[], name: string): boolean {
  const prototypes = lineage.map((one) => (typeof one === "function" ? one.prototype : undefined));
  const descriptors = prototypes.map((prototype) => Object.getOwnPropertyDescriptor(Object(prototype), name));
  return descriptors.find((descriptor) => descriptor !== undefined)?.get !== undefined;
}
