import { readFileSync } from "node:fs";
import { type BaseFile, BaseFileError, parseBaseFile } from "../render/base-file.js";

/** The text of an operator's base file as it is now, and what it says; without a path it is empty. */
export class BaseSource {
  /** Changes whenever the file does. */
  readonly fingerprint: string;
  readonly #path: string;
  readonly #text: string | undefined;
  #parsed: BaseFile | undefined;

  constructor(path: string | undefined) {
    this.#path = path ?? "the built-in base";
    try {
      this.#text = path === undefined ? "" : readFileSync(path, "utf8");
      this.fingerprint = this.#text;
    } catch (error) {
      this.fingerprint = error instanceof Error ? error.message : String(error);
    }
  }

  /** The file's content; throws a BaseFileError when it cannot be read or understood. */
  read(): BaseFile {
    if (this.#text === undefined) throw new BaseFileError(this.#path, "", `cannot be read: ${this.fingerprint}`);
    this.#parsed ??= parseBaseFile(this.#path, this.#text);
    return this.#parsed;
  }
}
