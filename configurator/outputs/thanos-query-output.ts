import { storeFilesProblem } from "../check/store-files-check.js";
import type { ReleaseTree } from "../disk/release-tree.js";
import type { Loader } from "../reload/loader.js";
import { endpointsFile, renderStores, type Stores, storesFile } from "../render/store-files.js";
import type { Output } from "./output.js";

/** Thanos Query: the files that name its stores. They come from the settings alone. */
export class ThanosQueryOutput implements Output {
  readonly name = "thanos-query";
  readonly projectFolders = [];
  readonly mergedFolders = [];
  readonly hostFolders = [];
  readonly unread = [];

  constructor(
    readonly tree: ReleaseTree,
    readonly reloader: Loader,
    private readonly stores: Stores,
  ) {}

  mainFiles(): ReadonlyMap<string, string> {
    return renderStores(this.stores);
  }

  async checkProjects(): Promise<string | undefined> {
    return undefined;
  }

  async checkMain(): Promise<string | undefined> {
    const { building } = this.tree;
    return storeFilesProblem(building.read(storesFile) ?? "", building.read(endpointsFile) ?? "");
  }

  async findSuspects(): Promise<readonly []> {
    return [];
  }
}
