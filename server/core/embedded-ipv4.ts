import { type AddressBytes, contains, type Network, networkOf } from "./ip-network.js";

/** Where an IPv6 address holds an IPv4 address to which routers or hosts pass on what is sent to it. */
interface Embedding {
  readonly network: Network;
  readonly at: (bytes: AddressBytes) => readonly AddressBytes[];
}

const last = (bytes: AddressBytes) => bytes.slice(12);
/** `::` and `::1` begin so, and no IPv4 address of a host. */
const noHost = networkOf("::/112");

const embeddings: readonly Embedding[] = [
  embedding("::/96", last), // "IPv4-compatible", RFC 4291 section 2.5.5.1
  embedding("::ffff:0:0:0/96", last), // translated, RFC 2765
  embedding("64:ff9b::/96", last), // NAT64, RFC 6052
  embedding("64:ff9b:1::/48", last), // NAT64 of one's own, RFC 8215
  embedding("2002::/16", (bytes) => bytes.slice(2, 6)), // 6to4, RFC 3056
  // Teredo, RFC 4380: the server, and the client with all its bits turned over.
  { network: networkOf("2001::/32"), at: (bytes) => [bytes.slice(4, 8), last(bytes).map((byte) => byte ^ 0xff)] },
];

/** The IPv4 addresses that an IPv6 address stands for, or leads to through a translator or a tunnel; none for most. */
export function embeddedIpv4(bytes: AddressBytes): readonly AddressBytes[] {
  if (bytes.length !== 16 || contains(noHost, bytes)) return [];
  const found = embeddings.flatMap(({ network, at }) => (contains(network, bytes) ? at(bytes) : []));
  return isIsatap(bytes) ? [...found, last(bytes)] : found;
}

/** ISATAP, RFC 5214: the interface's part is 0000:5efe or 0200:5efe and the IPv4 address, whatever the network. */
function isIsatap(bytes: AddressBytes): boolean {
  return ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
}

function embedding(network: string, at: (bytes: AddressBytes) => AddressBytes): Embedding {
  return { network: networkOf(network), at: (bytes) => [at(bytes)] };
}
