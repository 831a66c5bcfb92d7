// Prints the TypeScript types of a graph's enums and inputs and of the fragments and operations that are written against it,
// with the schema's descriptions as doc comments.
import {
  GraphQLNonNull,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  typeFromAST,
  valueFromAST,
} from "graphql";

const scalars = { ID: "string", String: "string", Int: "number", Float: "number", Boolean: "boolean" };

/**
 * All types, as the text of a module: first those of the graph (enums, inputs, one interface per fragment), then the
 * variables and data of each operation. The graph's own scalars are properties of `Scalars`, which is to be imported.
 */
export function printTypes(schema, definitions) {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
  const fragments = fragmentsOf(definitions);
  const selections = new SelectionPrinter(schema, fragments);
  const graphTypes = [
    ...types.filter(isEnumType).map(printEnum),
    ...types.filter(isInputObjectType).map(printInput),
    ...[...fragments.values()].map((fragment) => selections.printFragment(fragment)),
  ];
  const operationTypes = definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .flatMap((operation) => [printVariables(schema, operation), selections.printData(operation)]);
  const texts = [...graphTypes, ...operationTypes];
  const names = texts.map((text) => /^export (?:type|interface) (\w+)/m.exec(text)[1]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two types would be called ${twice}`);
  return { text: `${texts.join("\n\n")}\n`, graphTypeNames: names.slice(0, graphTypes.length) };
}

function fragmentsOf(definitions) {
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

function printEnum(type) {
  const values = type.getValues();
  const meanings = values
    .filter(({ description }) => description)
    .map(({ name, description }) => `- \`${name}\`: ${description}`);
  const text = [type.description ?? "", ...meanings].filter(Boolean).join("\n");
  return `${comment(text)}export type ${type.name} = ${values.map(({ name }) => JSON.stringify(name)).join(" | ")};`;
}

function printInput(type) {
  const fields = Object.values(type.getFields());
  if (type.isOneOf) {
    const alternatives = fields.map((chosen) => {
      const others = fields.filter((field) => field !== chosen).map(({ name }) => `readonly ${name}?: never`);
      return `{ ${documented(chosen, `readonly ${chosen.name}: ${typeText(new GraphQLNonNull(chosen.type))};`)} ${others.join("; ")} }`;
    });
    return `${comment(type.description)}export type ${type.name} =\n  | ${alternatives.join("\n  | ")};`;
  }
  const lines = fields.map((field) => {
    const optional = isRequiredInputField(field) ? "" : "?";
    const fallback = field.defaultValue === undefined ? "" : `\n@default ${JSON.stringify(field.defaultValue)}`;
    const text = `readonly ${field.name}${optional}: ${typeText(field.type)}${optional && " | undefined"};`;
    return documented({ ...field, description: (field.description ?? "") + fallback }, text);
  });
  return `${comment(type.description)}export interface ${type.name} {\n${lines.join("\n")}\n}`;
}

function printVariables(schema, { name, variableDefinitions = [] }) {
  const lines = variableDefinitions.map(({ variable, type, defaultValue }) => {
    const graphType = typeFromAST(schema, type);
    const optional = isNonNullType(graphType) && valueFromAST(defaultValue, graphType) === undefined ? "" : "?";
    return `  readonly ${variable.name.value}${optional}: ${typeText(graphType)}${optional && " | undefined"};`;
  });
  const text = `Variables of ${name.value}.`;
  if (lines.length === 0) return `${comment(text)}export type ${name.value}Variables = Record<never, never>;`;
  return `${comment(text)}export interface ${name.value}Variables {\n${lines.join("\n")}\n}`;
}

/** Prints what a selection set brings: one object type for each type that it may find. */
class SelectionPrinter {
  #schema;
  #fragments;

  constructor(schema, fragments) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  printFragment({ name, typeCondition, selectionSet }) {
    const type = this.#schema.getType(typeCondition.name.value);
    return this.#printNamed(name.value, type.description, type, selectionSet);
  }

  printData({ name, operation, selectionSet }) {
    return this.#printNamed(
      `${name.value}Data`,
      `Data of ${name.value}.`,
      this.#schema.getRootType(operation),
      selectionSet,
    );
  }

  #printNamed(name, description, type, selectionSet) {
    if (isAbstractType(type)) return `${comment(description)}export type ${name} = ${this.#text(type, selectionSet)};`;
    const { fields, spreads } = this.#collect(type, selectionSet);
    const base = spreads.size > 0 ? ` extends ${[...spreads].join(", ")}` : "";
    return `${comment(description)}export interface ${name}${base} {\n${[...fields.values()].join("\n")}\n}`;
  }

  /** The type of a selection set. A fragment that is all of it is named; variants that look the same become one. */
  #text(type, selectionSet) {
    const [only, ...more] = selectionSet.selections;
    if (only.kind === Kind.FRAGMENT_SPREAD && more.length === 0) return only.name.value;
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    const namesByShape = new Map();
    for (const each of types) {
      const { fields, spreads, hasTypename } = this.#collect(each, selectionSet);
      fields.delete("__typename");
      const inline = [...fields.values()].join(" ");
      const shape = JSON.stringify({ inline, spreads: [...spreads], hasTypename });
      namesByShape.set(shape, [...(namesByShape.get(shape) ?? []), JSON.stringify(each.name)]);
    }
    const variants = [...namesByShape].map(([shape, names]) => {
      const { inline, spreads, hasTypename } = JSON.parse(shape);
      const typename = hasTypename ? `readonly __typename: ${names.join(" | ")}; ` : "";
      const own = typename || inline || spreads.length === 0 ? [`{ ${typename}${inline} }`] : [];
      return [...own, ...spreads].join(" & ");
    });
    return variants.map((variant) => (variants.length > 1 ? `(${variant})` : variant)).join(" | ");
  }

  /** The fields and named fragments that a selection set asks of an object type, inline fragments dissolved. */
  #collect(type, selectionSet, into = { fields: new Map(), spreads: new Set(), hasTypename: false }) {
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) this.#addField(type, selection, into);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (this.#applies(selection.typeCondition, type)) this.#collect(type, selection.selectionSet, into);
      } else {
        const name = selection.name.value;
        const { typeCondition } = this.#fragments.get(name);
        if (isAbstractType(this.#schema.getType(typeCondition.name.value))) {
          throw new Error(
            `the fragment ${name} has several shapes, so it must be the only selection where it is spread`,
          );
        }
        if (this.#applies(typeCondition, type)) into.spreads.add(name);
      }
    }
    return into;
  }

  #addField(type, { name, alias, selectionSet, directives }, into) {
    const key = alias?.value ?? name.value;
    if (name.value === "__typename") {
      into.hasTypename = true;
      into.fields.set(key, `  readonly __typename: ${JSON.stringify(type.name)};`);
      return;
    }
    const field = type.getFields()[name.value];
    const conditional = (directives ?? []).length > 0 ? "?" : "";
    const inner = selectionSet && this.#text(getNamedType(field.type), selectionSet);
    into.fields.set(key, documented(field, `readonly ${key}${conditional}: ${typeText(field.type, inner)};`));
  }

  #applies(typeCondition, type) {
    const condition = this.#schema.getType(typeCondition.name.value);
    return condition === type || (isAbstractType(condition) && this.#schema.isSubType(condition, type));
  }
}

/** A type reference; `inner` stands for the named type, if that has a selection of its own. */
function typeText(type, inner) {
  const nullable = getNullableType(type);
  const text = isListType(nullable)
    ? `ReadonlyArray<${typeText(nullable.ofType, inner)}>`
    : (inner ?? namedText(nullable));
  return isNonNullType(type) ? text : `${text} | null`;
}

function namedText(type) {
  if (!isScalarType(type)) return type.name;
  return isSpecifiedScalarType(type) ? scalars[type.name] : `Scalars["${type.name}"]`;
}

function documented({ description, deprecationReason }, text) {
  const deprecated = deprecationReason ? `@deprecated ${deprecationReason}` : "";
  return comment([description, deprecated].filter(Boolean).join("\n")) + text;
}

function comment(text) {
  const lines = (text ?? "").trim().replaceAll("*/", "*\\/").split("\n");
  if (lines[0] === "") return "";
  return lines.length === 1
    ? `\n/** ${lines[0]} */\n`
    : `\n/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}
