import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** A rule of the fixture files, as it is written there. */
export interface WrittenRule {
  readonly file: string;
  readonly name: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert?: string;
      readonly record?: string;
      readonly expr: string | number;
      readonly labels?: Record<string, string>;
      readonly annotations?: Record<string, string>;
    }[];
  }[];
}

const folder = new URL("./fixtures/", import.meta.url);

/** The names of the fixture files. */
export const ruleFileNames: readonly string[] = readdirSync(folder).filter((name) => name.endsWith(".yml"));

/** Every rule of every fixture file. */
export const writtenRules: readonly WrittenRule[] = ruleFileNames.flatMap((file) => {
  const { groups } = parse(readFileSync(new URL(file, folder), "utf8")) as RuleFile;
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, record, expr, labels = {}, annotations = {} }) => {
      return { file, name: alert ?? record ?? "", expr: String(expr), labels, annotations };
    }),
  );
});
