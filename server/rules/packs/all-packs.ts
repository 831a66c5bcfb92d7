import { alertmanagerPack } from "./alertmanager-pack.js";
import { blackboxPack } from "./blackbox-pack.js";
import { nodePack } from "./node-pack.js";
import type { PackDefinition } from "./pack-definition.js";
import { prometheusPack } from "./prometheus-pack.js";

/** The packs that come with this server, by name. */
export const allPacks: readonly PackDefinition[] = [alertmanagerPack, blackboxPack, nodePack, prometheusPack];
