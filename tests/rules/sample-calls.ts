import type { ValueType } from "../../server/rules/promql/language.js";

/** An expression of a type, `vector` being the selector in it. */
export function sampleOf(type: ValueType, vector = "x"): string {
  switch (type) {
    case "scalar":
      return "1";
    case "string":
      return '"l"';
    case "instant vector":
      return vector;
    case "range vector":
      return `${vector}[5m]`;
  }
}

/** A call with arguments of these types. */
export function callOf(name: string, types: readonly ValueType[], vector = "x"): string {
  return `${name}(${types.map((type) => sampleOf(type, vector)).join(", ")})`;
}
