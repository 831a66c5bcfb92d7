import { yamlText } from "./yaml-text.js";

/** The addresses of Thanos stores by the name of what they belong to, for example a shard. */
export type Stores = Readonly<Record<string, readonly string[]>>;

/** For `--store.sd-files`, which Thanos Query watches. */
export const storesFile = "stores.json";
/** The same for `--endpoint.sd-config-file`, which later versions have instead, and read again from time to time. */
export const endpointsFile = "endpoints.yml";

const port = /^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;

/** Whether Thanos takes a text for the address of a store: `host:port`, or with the prefix of a way to look it up. */
export function isStoreAddress(text: string): boolean {
  const [, lookUp, host = "", portText] =
    /^(dns\+|dnssrv\+|dnssrvnoa\+)?(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(\d+))?$/.exec(text) ?? [];
  if (host === "") return false;
  const isBySrv = lookUp !== undefined && lookUp !== "dns+";
  return portText === undefined ? isBySrv : port.test(portText);
}

/** Both files that tell a Thanos Query of its stores. */
export function renderStores(stores: Stores): ReadonlyMap<string, string> {
  const groups = Object.entries(stores).map(([name, targets]) => ({ targets, labels: { stores: name } }));
  const endpoints = Object.values(stores).flatMap((addresses) => addresses.map((address) => ({ address })));
  return new Map([
    [storesFile, `${JSON.stringify(groups, null, 2)}\n`],
    [endpointsFile, yamlText({ endpoints })],
  ]);
}
