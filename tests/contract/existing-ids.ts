import type { ValueAt } from "./generated-operation.js";

const prefixes: readonly (readonly [field: RegExp, prefix: string])[] = [
  [/^(node|nodes|project)/, "prj"],
  [/^contactGroup/, "cgr"],
  [/^scrapeJob/, "job"],
  [/^(alertingRule|recordingRule|rule)/, "rul"],
  [/^globalRule/, "grl"],
  [/^apiToken/, "tok"],
  [/^silence/, "sil"],
  [/^alerts/, "alr"],
  [/^acknowledgement/, "ack"],
  [/^entity/, "aud"],
];

/** Where an id is due, that of an object which exists: the project's by the argument's name, else by that of the field. */
export function existingIds(ids: Readonly<Record<string, string>>, field: string): ValueAt {
  return (path, type) => {
    if (type !== "ID") return undefined;
    const own = ["acknowledgements", "rule"].find((name) => path.includes(name));
    const named = own?.replace(/s$/, "") ?? field;
    const prefix = path.at(-1) === "project" ? "prj" : prefixes.find(([names]) => names.test(named))?.[1];
    if (prefix === undefined) throw new Error(`Say which kind of id ${field} takes at ${path.join(".")}.`);
    return ids[prefix];
  };
}
