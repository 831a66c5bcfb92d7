import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { tempFolder } from "../support/temp-folder.js";

/** A rule as promtool takes it. */
export interface CheckedRule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the real `promtool check rules` says about these rules in one file: null when it takes them all. */
export async function promtoolRefusal(rules: readonly CheckedRule[]): Promise<string | null> {
  const file = join(await tempFolder("promtool"), "rules.yml");
  await writeFile(file, stringify({ groups: [{ name: "group", rules }] }, { lineWidth: 0 }));
  try {
    await promisify(execFile)("promtool", ["check", "rules", "--lint=none", file], { maxBuffer: 64 * 1024 * 1024 });
    return null;
  } catch (error) {
    return error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  }
}

/** The same for expressions, each the expression of a rule of its own. */
export async function promtoolRefusalOf(expressions: readonly string[]): Promise<string | null> {
  return promtoolRefusal(expressions.map((expr, index) => ({ record: `recorded_${index}`, expr })));
}
