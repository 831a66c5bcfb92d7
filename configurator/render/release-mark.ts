import { yamlText } from "./yaml-text.js";

/** The name of the file that tells one release from all others, beside Prometheus's main config. */
export const releaseFile = "release.yml";

/** What a release says of itself, in a place where the process that has loaded it shows it to everybody. */
export interface ReleaseMark {
  /** The revision that it was written for. */
  readonly revision: number;
  /** Sets it apart from all other releases of that revision: 12 hexadecimal digits. */
  readonly nonce: string;
  /** How many rule files of projects it has. */
  readonly files: number;
  /** How many rule groups are in them. */
  readonly groups: number;
}

/** What begins the name of the rule group that carries the mark. No project can have such a name. */
export const markPrefix = "_platform/release/";

const marked = new RegExp(`${markPrefix}([0-9]{1,15})/([0-9a-f]{12})/([0-9]{1,9})/([0-9]{1,9})(?=["'\\n]|$)`);

/**
 * A file of one rule group without any rule, whose name carries the mark: Prometheus shows the name among its metrics, and
 * evaluates nothing.
 */
export function renderRelease({ revision, nonce, files, groups }: ReleaseMark): string {
  return yamlText({ groups: [{ name: `${markPrefix}${revision}/${nonce}/${files}/${groups}`, rules: [] }] });
}

/** The mark in the text of such a file, or in a line of metrics; undefined when there is none. */
export function markIn(text: string): ReleaseMark | undefined {
  const [, revision, nonce = "", files, groups] = marked.exec(text) ?? [];
  if (revision === undefined) return undefined;
  return { revision: Number(revision), nonce, files: Number(files), groups: Number(groups) };
}

/** Whether both are of one and the same release. */
export function isSameRelease(a: ReleaseMark, b: ReleaseMark): boolean {
  return a.revision === b.revision && a.nonce === b.nonce;
}

const groupStart = /^ {2}- name: /gm;

/** How many groups a rule file has that this program has written. */
export function groupsIn(ruleFile: string): number {
  return ruleFile.match(groupStart)?.length ?? 0;
}
