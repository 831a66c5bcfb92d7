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
  [/^agent/, "agt"],
];

const argumentPrefixes: Readonly<Record<string, string>> = {
  project: "prj",
  globalRule: "grl",
  rule: "rul",
  silencedBy: "sil",
  alerts: "alr",
  acknowledgements: "ack",
};

/** Where an id is due, that of an object which exists: the project's by the argument's name, else by that of the field. */
export function existingIds(ids: Readonly<Record<string, string>>, field: string): ValueAt {
  return (path, type) => {
    if (type !== "ID") return undefined;
    const argument = path.findLast((part) => Object.hasOwn(argumentPrefixes, part));
    const prefix = argumentPrefixes[argument ?? ""] ?? prefixes.find(([names]) => names.test(field))?.[1];
    if (prefix === undefined) throw new Error(`Say which kind of id ${field} takes at ${path.join(".")}.`);
    return ids[prefix];
  };
}
