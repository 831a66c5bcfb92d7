import ipaddr from "ipaddr.js";

/** What counts as one source of requests: an IPv4 address, or the /64 of an IPv6 one, of which one customer has them all. */
export function sourceKeyOf(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`)}/64`;
}
