import { networkInterfaces } from "node:os";
import type { Settings } from "../settings/settings.js";
import { addressesBehind, readAddress } from "./address-rules.js";

/** Where a process can be reached. */
export interface Endpoint {
  /** A name in lower case or an address, that of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Whether somebody else's host and port lead to a process of the agent's own; unknown while an own name's addresses are. */
export type OwnState = "OWN" | "OTHER" | "UNKNOWN";

/**
 * The processes that the agent works with, which no project may have scraped, probed or told of alerts, whatever its networks
 * are: Prometheus and Alertmanager tell anybody who asks of all projects, and the blackbox exporter sends one project's
 * credentials to where another one likes.
 */
export class OwnProcesses {
  readonly #hosts = new Map<number, readonly string[]>();
  #here: ReadonlySet<string> = new Set();

  /** `addressesOf` gives what an own name leads to; undefined while nobody has told. */
  constructor(
    private readonly endpoints: readonly Endpoint[],
    private readonly addressesOf: (name: string) => readonly string[] | undefined,
    private readonly addressesHere: () => readonly string[] = interfaceAddresses,
  ) {
    for (const { host, port } of endpoints) this.#hosts.set(port, [...(this.#hosts.get(port) ?? []), host]);
    this.lookAround();
  }

  /** The names that have to be looked up. */
  get names(): readonly string[] {
    return [...new Set(this.endpoints.map(({ host }) => host))].filter((host) => readAddress(host) === undefined);
  }

  /** Changes whenever other processes are the agent's own. */
  get fingerprint(): string {
    return this.endpoints.map(({ host, port }) => `${host}:${port}`).join();
  }

  /** Finds out which addresses this machine has now. */
  lookAround(): void {
    this.#here = new Set(this.addressesHere().flatMap(textsOf));
  }

  /** Whether any of them is at this port, wherever. */
  isAt(port: number): boolean {
    return this.#hosts.has(port);
  }

  /** Judges a host with these addresses. */
  judge(host: string, addresses: readonly string[], port: number): OwnState {
    const hosts = this.#hosts.get(port);
    if (hosts === undefined) return "OTHER";
    const theirs = addresses.flatMap(textsOf);
    // A process that is named by one address of a machine mostly listens on all of them.
    if (hosts.includes(host) || addresses.some(isLoopback) || theirs.some((each) => this.#here.has(each))) return "OWN";
    const own = hosts.map((each) => (readAddress(each) === undefined ? this.addressesOf(each) : [each]));
    const texts = new Set(own.flatMap((each) => each ?? []).flatMap(textsOf));
    if (theirs.some((each) => texts.has(each))) return "OWN";
    return own.includes(undefined) ? "UNKNOWN" : "OTHER";
  }
}

/**
 * Where the processes of these settings are, the agent itself among them. The server is not: it tells nobody without a name
 * anything, and shares its address with others where it stands behind a proxy.
 */
export function ownEndpoints(settings: Settings): readonly Endpoint[] {
  const { listen, prometheus, blackbox, alertmanager, thanosRule, thanosQuery, karmaAcl } = settings;
  const urls = [prometheus, blackbox, alertmanager, thanosRule, thanosQuery, karmaAcl].flatMap((each) => [
    ...(each?.urls ?? []),
  ]);
  if (blackbox !== undefined) urls.push(`http://${blackbox.address}`);
  const endpoints = urls.map((url) => endpointOf(new URL(url)));
  // Port 0 is any that is free, which nobody knows before.
  if (listen !== undefined && listen.port > 0) endpoints.push({ host: listen.host.toLowerCase(), port: listen.port });
  return endpoints;
}

function endpointOf({ protocol, hostname, port }: URL): Endpoint {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return { host, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}

function textsOf(address: string): readonly string[] {
  return addressesBehind(address).map(String);
}

function isLoopback(address: string): boolean {
  return addressesBehind(address).some((each) => ["loopback", "unspecified"].includes(each.range()));
}

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}
