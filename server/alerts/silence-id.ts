import { TypeID } from "typeid-js";

const prefix = "sil";

/** The id in the graph of the silence with this id in Alertmanager, a UUID. */
export function silenceIdOf(uuid: string): string {
  return TypeID.fromUUID(prefix, uuid).toString();
}

/** The id in Alertmanager that is in a silence's id; null when the id has another shape. */
export function uuidIn(id: string): string | null {
  if (!id.startsWith(`${prefix}_`)) return null;
  try {
    const parsed = TypeID.fromString(id, prefix);
    return parsed.toString() === id ? parsed.toUUID() : null;
  } catch {
    return null;
  }
}
