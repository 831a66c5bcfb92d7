import { createRequire } from "node:module";
import { expect, it } from "vitest";

const require = createRequire(import.meta.url);

/** The oldest version without the holes that are known, and where it must stop. */
const floors: readonly (readonly [name: string, least: string, below: string, why: string])[] = [
  ["graphql", "16.15.0", "17.0.0", "validation of 10,000 repeated fields took seconds before"],
  ["@apollo/server", "5.5.0", "6.0.0", "GHSA-9q82-xgwf-vj6h"],
  ["type-graphql", "2.0.0", "2.0.1", "the release candidate that everything was tested with"],
  ["typeorm", "0.3.26", "2.0.0", "CVE-2025-60542"],
  ["mysql2", "3.23.1", "4.0.0", "GHSA-3f6p-5ww8-9rcr, GHSA-rgwj-5xj2-c3m3"],
];

const numbers = (version: string) => version.replace(/-.*/, "").split(".").map(Number);
const compare = (a: string, b: string) => {
  const [left, right] = [numbers(a), numbers(b)];
  const differing = left.findIndex((part, index) => part !== right[index]);
  return differing < 0 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
};

it.each(floors)("%s is at least %s and below %s (%s)", (name, least, below) => {
  const manifest = require.resolve.paths(name)?.map((folder) => `${folder}/${name}/package.json`) ?? [];
  const { version } = manifest.map(readIfThere).find((found) => found !== undefined) ?? { version: "0.0.0" };
  expect([version, compare(version, least) >= 0, compare(version, below) < 0]).toEqual([version, true, true]);
});

function readIfThere(file: string): { readonly version: string } | undefined {
  try {
    return require(file);
  } catch {
    return undefined;
  }
}
