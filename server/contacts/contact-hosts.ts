import { hostOfUrl } from "../core/address.js";
import type { NamedHost } from "../egress/egress-service.js";
import { contactKey, type StoredContact } from "./contact.js";
import type { ContactInput } from "./contact-group-input.js";

/**
 * The hosts that alerts would be sent to, where they stand in the input; without those of contacts that are stored already.
 * Mail, IRC and Phabricator go through the operators' own relays.
 */
export function contactHosts(
  inputs: readonly ContactInput[],
  stored: readonly StoredContact[] = [],
): readonly NamedHost[] {
  const known = new Set(stored.map(contactKey));
  return inputs.flatMap((input, index) => {
    const [url, field] = urlIn(input);
    const host = hostOfUrl(url ?? "");
    const isStored = known.has(contactKey(input)) && field === "value";
    return host === null || isStored ? [] : [{ host, path: ["input", "contacts", String(index), field] }];
  });
}

function urlIn({ type, value, secret }: ContactInput): readonly [url: string | null | undefined, field: string] {
  return type === "WEBHOOK" ? [value, "value"] : [type === "SLACK" ? secret : null, "secret"];
}
