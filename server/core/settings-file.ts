import { readFileSync } from "node:fs";
import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { z } from "zod";

/** A settings file that cannot be used; the message names file, line and reason, and is all that a person needs. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** A secret in the settings: as it is, `${NAME}` from the environment within any text, or `{ file: path }`. */
export const secret = z.union([
  z.string(),
  z.strictObject({ file: z.string().min(1) }).transform(({ file }) => readSecret(file)),
]);

/**
 * Reads a YAML settings file and checks it against `shape`. `${NAME}` in a text is replaced by that environment variable;
 * unknown keys, wrong types and missing values are refused with their line.
 */
export function readSettings<T extends z.ZodType>(file: string, shape: T, environment: NodeJS.ProcessEnv): z.output<T> {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [syntaxError] = document.errors;
  if (syntaxError) {
    throw new SettingsError(`${file}:${lines.linePos(syntaxError.pos[0]).line}: ${syntaxError.message}`);
  }
  substitute(document, file, lines, environment);
  const result = parse(shape, document.toJS() ?? {}, file);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const path = issue.path.map(String);
    const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
    const place = unknown.length > 0 ? [...path, ...unknown.slice(0, 1)] : path;
    return `${file}:${lineOf(document, lines, place)}: ${place.join(".") || "the file"}: ${describe(issue)}`;
  });
  throw new SettingsError(problems.join("\n"));
}

function parse<T extends z.ZodType>(shape: T, value: unknown, file: string) {
  try {
    return shape.safeParse(value);
  } catch (error) {
    // Thrown by `secret` when its file cannot be read.
    throw new SettingsError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return "unknown key. See the example file for all keys.";
  return issue.message;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new SettingsError(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, "utf8").trimEnd();
  } catch (error) {
    throw new Error(`a secret's file cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function substitute(document: Document, file: string, lines: LineCounter, environment: NodeJS.ProcessEnv): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== "string") return;
      node.value = node.value.replace(/\$\{(\w+)\}/g, (_match, name: string) => {
        const value = environment[name];
        if (value !== undefined) return value;
        const line = node.range ? lines.linePos(node.range[0]).line : 1;
        throw new SettingsError(`${file}:${line}: the environment variable ${name} is not set.`);
      });
    },
  });
}

/** The line of the value at `path`, or of the nearest parent that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (pair && isScalar(pair.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line;
    }
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
