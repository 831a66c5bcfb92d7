import { readFileSync } from "node:fs";
import { isMap, isScalar, LineCounter, type Node, parseDocument, visit, type YAMLMap } from "yaml";
import { z } from "zod";

/** A settings file that cannot be used; the message names file, line and reason, and is all that a person needs. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** A secret: as it is, `${NAME}` from the environment, or `{ file: path }`, whose text is read when the settings are. */
export const secret = z
  .union([z.string().min(1), z.strictObject({ file: z.string().min(1) })], "must be a text or {file: path}")
  .transform((value, context) => {
    if (typeof value === "string") return value;
    try {
      return readFileSync(value.file, "utf8").trim();
    } catch (error) {
      context.addIssue(reasonOf(error));
      return z.NEVER;
    }
  });

/**
 * Reads a YAML settings file and checks it. `${NAME}` in a text is replaced by that environment variable; unknown keys,
 * wrong types and missing values are refused with their line. Throws a SettingsError.
 */
export function readSettingsFile<T extends z.ZodType>(
  file: string,
  shape: T,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<T> {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined) => `${file}:${lines.linePos(offset ?? 0).line}`;
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) throw new SettingsError(`${at(syntaxError.pos[0])}: ${syntaxError.message}`);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== "string") return;
      node.value = node.value.replace(/\$\{(\w+)\}/g, (_whole, name: string) => {
        const value = environment[name];
        if (value === undefined) {
          throw new SettingsError(`${at(node.range?.[0])}: the environment variable ${name} is not set`);
        }
        return value;
      });
    },
  });
  const result = shape.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
    return keys.map((key) => {
      const path = [...issue.path.map(String), ...(key === undefined ? [] : [key])];
      const message = key === undefined ? issue.message : "unknown key; the example file has all that there are";
      return `${at(offsetOf(document.contents, path))}: ${path.join(".") || "the file"}: ${message}`;
    });
  });
  throw new SettingsError(problems.join("\n"));
}

/** Where the key at a path stands, or its nearest parent that is there. */
function offsetOf(root: unknown, path: readonly string[]): number | undefined {
  let node: unknown = root;
  let offset: number | undefined;
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = (node as YAMLMap<Node, Node | null>).items.find(
      (item) => isScalar(item.key) && String(item.key.value) === key,
    );
    if (pair === undefined) break;
    offset = pair.key.range?.[0];
    node = pair.value;
  }
  return offset;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new SettingsError(`${file}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
