import ipaddr from "ipaddr.js";

/** An IP address as its bytes, most significant first: four of them for IPv4, sixteen for IPv6. */
export type AddressBytes = readonly number[];

/** All addresses that begin with the same bits. */
export interface Network {
  /** The first address, all bits behind the prefix zero. */
  readonly bytes: AddressBytes;
  /** How many leading bits are the same: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly prefixLength: number;
}

/**
 * Reads an address in its usual spelling, or answers null: IPv4 only as four decimal parts, since "127.1" and "0x7f.1" mean
 * something else to every reader. An IPv4 address that is mapped into IPv6 is that IPv4 address; a zone (`%eth0`) is dropped.
 */
export function parseAddress(text: string): AddressBytes | null {
  const [address = "", ...zones] = text.split("%");
  if (ipaddr.IPv4.isValidFourPartDecimal(address))
    return zones.length === 0 ? ipaddr.parse(address).toByteArray() : null;
  if (zones.length > 1 || !address.includes(":") || !ipaddr.IPv6.isValid(address)) return null;
  return ipaddr.process(address).toByteArray();
}

/** Reads `192.0.2.0/24`, or one address as the network that holds only that; null when the text is neither. */
export function parseNetwork(text: string): Network | null {
  const [address = "", length, ...rest] = text.split("/");
  const bytes = address.includes("%") ? null : parseAddress(address);
  if (bytes === null || rest.length > 0 || (length !== undefined && !/^(0|[1-9][0-9]{0,2})$/.test(length))) return null;
  const most = address.includes(":") ? 128 : 32;
  const given = length === undefined ? most : Number(length);
  // Of a network that is written as addresses mapped into IPv6, the first 96 bits say just that.
  const prefixLength = given - (most - bytes.length * 8);
  if (given > most || prefixLength < 0) return null;
  return { bytes: bytes.map((byte, index) => byte & maskOf(prefixLength, index)), prefixLength };
}

/** The same for a text that is known to be a network; throws when it is not. */
export function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (network === null) throw new Error(`${text} is no network.`);
  return network;
}

/** Whether the address lies in the network; one of the other version of IP never does. */
export function contains({ bytes, prefixLength }: Network, address: AddressBytes): boolean {
  return (
    bytes.length === address.length &&
    bytes.every((byte, index) => byte === ((address[index] ?? 0) & maskOf(prefixLength, index)))
  );
}

/** The network as text, in one spelling: `192.0.2.0/24`, `2001:db8::/32`. */
export function formatNetwork({ bytes, prefixLength }: Network): string {
  const address = ipaddr.fromByteArray([...bytes]);
  return `${address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()}/${prefixLength}`;
}

/** Those bits of the byte at `index` that belong to a prefix of that length. */
function maskOf(prefixLength: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefixLength - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}
