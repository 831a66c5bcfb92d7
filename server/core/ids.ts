import { TypeID, typeid } from "typeid-js";
import { BadUserInputError } from "./errors.js";

/** The prefix of every stored noun's id; ids sort by time of creation within a prefix (UUIDv7 in base 32, see TypeID). */
export type IdPrefix =
  | "prj"
  | "job"
  | "rul"
  | "grl"
  | "gro"
  | "cgr"
  | "tok"
  | "agt"
  | "pmv"
  | "aud"
  | "sec"
  | "ses"
  | "ack"
  | "alh";

/** A fresh id of the kind that `prefix` names, for example `prj_01jd…`. */
export function newId(prefix: IdPrefix): string {
  return typeid(prefix).toString();
}

/** Returns `id` when it is one that `newId(prefix)` could have made; a caller's mistake is told before any SQL runs. */
export function requireId(prefix: IdPrefix, id: string, path: readonly string[] = ["id"]): string {
  if (isId(prefix, id)) return id;
  throw new BadUserInputError(`"${path.join(".")}" must be an id that starts with "${prefix}_".`, path);
}

/** Whether `id` has the shape of an id with this prefix; says nothing about whether the object exists. */
export function isId(prefix: IdPrefix, id: string): boolean {
  if (!id.startsWith(`${prefix}_`)) return false;
  try {
    return TypeID.fromString(id, prefix).toString() === id;
  } catch {
    return false;
  }
}
