import type { Description } from "../audit/change.js";
import type { ContactGroup } from "./contact-group.js";

/**
 * How a contact group shows in the change log and in diffs. A secret shows as its reference, so that a new one shows as a
 * change; one of those that are not written, in a dry run, as new, because its reference leads nowhere.
 */
export function describeContactGroup(
  { name, contacts }: ContactGroup,
  isDefault: boolean,
  unwritten: ReadonlyMap<string, string> = none,
): Description {
  const shown = contacts.map(({ type, value, sendResolved, secretId = null, secret }) => ({
    type,
    value,
    sendResolved,
    secret: secret != null ? "(secret)" : secretId !== null && unwritten.has(secretId) ? "(new secret)" : secretId,
  }));
  return { name, contacts: shown, isDefault };
}

const none: ReadonlyMap<string, string> = new Map();
