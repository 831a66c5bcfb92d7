import { join } from "node:path";
import { ReleaseTree } from "../disk/release-tree.js";
import { WatchedFiles } from "../reload/watched-files.js";
import { endpointsFile, type Stores, storesFile } from "../render/store-files.js";
import type { Settings } from "../settings/settings.js";
import { authorization, makeReloader, tool } from "./make-reloader.js";
import type { Output } from "./output.js";
import { ThanosQueryOutput } from "./thanos-query-output.js";
import { ThanosRuleOutput } from "./thanos-rule-output.js";

/** Makes the output of Thanos Rule. */
export function makeThanosRule(
  directory: string,
  settings: NonNullable<Settings["thanosRule"]>,
  watchdog: string,
): Output {
  const tree = new ReleaseTree(join(directory, "thanos-rule"));
  return new ThanosRuleOutput(tree, makeReloader(settings, "thanos_rule_config"), tool(settings.promtool), watchdog);
}

/** Makes the output of Thanos Query. */
export function makeThanosQuery(directory: string, settings: NonNullable<Settings["thanosQuery"]>): Output {
  const tree = new ReleaseTree(join(directory, "thanos-query"));
  const loader = new WatchedFiles({
    tree,
    files: [storesFile, endpointsFile],
    urls: settings.urls,
    addresses: listedAddresses(settings.stores),
    headers: authorization(settings),
    timeoutMs: settings.listedWithinSeconds * 1_000,
  });
  return new ThanosQueryOutput(tree, loader, settings.stores);
}

/** Those that Thanos Query lists as they are written; of one that is looked up it lists what it leads to. */
function listedAddresses(stores: Stores): readonly string[] {
  return Object.values(stores)
    .flat()
    .filter((address) => !address.startsWith("dns"));
}
