import { Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from "yaml";
import { PlainScalar, type YamlValue } from "./yaml-text.js";

/** The operator's own config file, read; `name` is its path, for messages. */
export interface BaseFile {
  readonly name: string;
  readonly content: YamlMap;
}

/** A YAML map whose plain scalars keep their text, so that what is written means what was read. */
export type YamlMap = { readonly [key: string]: YamlValue | undefined };

/** The operator's base file cannot be merged with ours; the message names the file and the key. */
export class BaseFileError extends Error {
  override readonly name = "BaseFileError";

  constructor(file: string, key: string, reason: string) {
    super(`${file}: ${key === "" ? "" : `${key}: `}${reason}`);
  }
}

const deepestNesting = 100;

/**
 * Reads a base file without deciding what its scalars mean: Prometheus reads YAML 1.1, and `yes`, `09:00` or `0600` must
 * reach it as the operator wrote them. Anchors are resolved, comments are dropped.
 */
export function parseBaseFile(name: string, text: string): BaseFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    throw new BaseFileError(name, `line ${lines.linePos(problem.pos[0]).line}`, problem.message);
  if (document.contents === null) return { name, content: {} };
  const value = new Reader(name, document).read(document.contents, 0);
  if (!isYamlMap(value)) throw new BaseFileError(name, "", "the file must hold a map");
  return { name, content: value };
}

/** Whether a value is a map, and not a list or a scalar. */
export function isYamlMap(value: YamlValue | undefined): value is YamlMap {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof PlainScalar);
}

/** The entries of a list; none when the key is absent or empty. Throws when there is something else. */
export function listAt(base: BaseFile, map: YamlMap, key: string): readonly YamlValue[] {
  const value = map[key];
  if (value === undefined || (value instanceof PlainScalar && value.text === "")) return [];
  if (!Array.isArray(value)) throw new BaseFileError(base.name, key, "must be a list");
  return value;
}

/** A scalar's text; undefined for anything else. */
export function textOf(value: YamlValue | undefined): string | undefined {
  return value instanceof PlainScalar ? value.text : typeof value === "string" ? value : undefined;
}

/** Refuses relative paths, because the merged file lies in another folder than the base file. */
export function refuseRelativePaths(base: BaseFile): void {
  visit(base.content, "", (key, path, text) => {
    if (/_files?$|^files$|^templates$/.test(key) && !text.startsWith("/")) {
      throw new BaseFileError(base.name, path, `"${text}" is a relative path; write it in full`);
    }
  });
}

function visit(
  value: YamlValue | undefined,
  path: string,
  see: (key: string, path: string, text: string) => void,
): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const text = textOf(item);
      const itemPath = `${path}[${index}]`;
      if (text === undefined) visit(item, itemPath, see);
      else see(path.split(".").at(-1) ?? "", itemPath, text);
    }
  } else if (isYamlMap(value)) {
    for (const [key, entry] of Object.entries(value)) {
      const entryPath = path === "" ? key : `${path}.${key}`;
      const text = textOf(entry);
      if (text === undefined) visit(entry, entryPath, see);
      else if (text !== "") see(key, entryPath, text);
    }
  }
}

class Reader {
  constructor(
    private readonly file: string,
    private readonly document: Document,
  ) {}

  read(node: unknown, depth: number): YamlValue {
    if (depth > deepestNesting) throw new BaseFileError(this.file, "", "the file is nested too deeply");
    if (isAlias(node)) return this.read(node.resolve(this.document), depth + 1);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    if (isMap<Node, Node | null>(node)) return this.#readMap(node.items, depth);
    if (isScalar(node)) return readScalar(node);
    return new PlainScalar("");
  }

  #readMap(pairs: readonly { readonly key: Node; readonly value: Node | null }[], depth: number): YamlMap {
    const own: [string, YamlValue][] = [];
    const merged: [string, YamlValue][] = [];
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(key.value) : undefined;
      if (name === undefined) throw new BaseFileError(this.file, "", "a key must be a plain text");
      const entry = this.read(value, depth + 1);
      if (name !== "<<") own.push([name, entry]);
      // Of several merged maps the first wins, and the map's own keys win over all of them.
      else for (const map of [entry].flat().reverse()) merged.push(...(isYamlMap(map) ? mapEntries(map) : []));
    }
    return Object.fromEntries([...merged, ...own]);
  }
}

function mapEntries(map: YamlMap): readonly [string, YamlValue][] {
  return Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
}

function readScalar(node: Scalar): YamlValue {
  const text = String(node.value);
  return node.type === "PLAIN" && node.tag === undefined && !text.includes("\n") ? new PlainScalar(text) : text;
}
