import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { stringify } from "yaml";
import { runDry, runOnce } from "../../../configurator/agent.js";
import type { CycleResult } from "../../../configurator/apply/cycle-result.js";
import { StateFile } from "../../../configurator/disk/agent-state.js";
import type { Resolve } from "../../../configurator/egress/name-lookups.js";
import { releaseFile } from "../../../configurator/render/release-mark.js";
import { readSettings } from "../../../configurator/settings/settings.js";
import { tempFolder } from "../../support/temp-folder.js";

const silent = pino({ level: "silent" });

/** A base file of Alertmanager that can send mail. */
export const alertmanagerBase = `global: {smtp_smarthost: 'localhost:25', smtp_from: alerts@example.org}
route: {receiver: operators}
receivers: [{name: operators}]
`;

/** A text without what of names differs from machine to machine and from secret to secret. */
export function withoutTags(text: string): string {
  return text.replaceAll(/[./][0-9a-f]{16}\b/g, "");
}

/** Settings of an agent as one writes them, in part. */
export interface WorkspaceOptions {
  readonly url: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly prometheus?: Readonly<Record<string, unknown>> | false;
  readonly blackbox?: Readonly<Record<string, unknown>> | false;
  readonly alertmanager?: Readonly<Record<string, unknown>> | false;
}

/** A machine's folder with an agent's settings, base files and directory. */
export class Workspace {
  readonly directory: string;
  readonly settingsFile: string;
  /** The addresses of names; by default none has any. */
  resolve: Resolve = async () => [];

  private constructor(readonly folder: string) {
    this.directory = join(folder, "agent");
    this.settingsFile = join(folder, "settings.yml");
  }

  static async make(options: WorkspaceOptions): Promise<Workspace> {
    const workspace = new Workspace(await tempFolder("configurator"));
    await mkdir(join(workspace.folder, "base"));
    await workspace.base("prometheus", "global: {scrape_interval: 1s, evaluation_interval: 1s}\n");
    await workspace.base("alertmanager", alertmanagerBase);
    await workspace.base("blackbox", "modules: {own: {prober: tcp}}\n");
    await workspace.configure(options);
    return workspace;
  }

  /** Writes the settings file. */
  async configure({ url, settings, prometheus, blackbox, alertmanager }: WorkspaceOptions): Promise<void> {
    const part = (name: string, own: Readonly<Record<string, unknown>> | false | undefined, more = {}) =>
      own === false ? {} : { [name]: { baseFile: this.basePath(name), ...more, ...own } };
    await writeFile(
      this.settingsFile,
      stringify({
        name: "agent-1",
        hostname: "machine-1",
        directory: this.directory,
        server: { url, token: "secret-token", timeoutSeconds: 5 },
        ...part("prometheus", prometheus),
        ...part("blackbox", prometheus === false ? false : blackbox, { address: "127.0.0.1:9115" }),
        ...part("alertmanager", alertmanager),
        ...settings,
      }),
    );
  }

  basePath(name: string): string {
    return join(this.folder, "base", `${name}.yml`);
  }

  /** Writes one of the operator's base files. */
  async base(name: string, text: string): Promise<void> {
    await writeFile(this.basePath(name), text);
  }

  /** One cycle, in this process. */
  once(): Promise<CycleResult> {
    return runOnce(readSettings(this.settingsFile, {}), silent, new AbortController().signal, this.resolve);
  }

  /** What a dry run prints. */
  async dry(): Promise<string> {
    let text = "";
    const settings = readSettings(this.settingsFile, {});
    for await (const part of runDry(settings, silent, new AbortController().signal, this.resolve)) text += part;
    return text;
  }

  get state() {
    return new StateFile(this.directory).read();
  }

  /** The text of a file below the agent's directory. */
  read(path: string): Promise<string> {
    return readFile(join(this.directory, path), "utf8");
  }

  /** All that the processes read, by path: the releases in use and the targets. */
  async files(): Promise<Readonly<Record<string, string>>> {
    const released = ["prometheus", "blackbox", "alertmanager", "thanos-rule", "thanos-query", "karma-acl"];
    const roots = [...released.map((output) => `${output}/current`), "prometheus/targets"];
    const files: Record<string, string> = {};
    for (const root of roots) {
      const entries = await readdir(join(this.directory, root), { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      for (const entry of entries) {
        // No two releases have the same mark.
        if (!entry.isFile() || entry.name === releaseFile) continue;
        const path = join(entry.parentPath, entry.name).slice(this.directory.length + 1);
        files[path] = await this.read(path);
      }
    }
    return files;
  }

  /** The secrets that the processes read: the files' paths, without what sets one secret's apart from another's, and texts. */
  async secrets(): Promise<readonly (readonly [path: string, text: string])[]> {
    const files = Object.entries(await this.files()).filter(([path]) => path.includes("/secrets/"));
    const secrets = files.map(([path, text]) => [withoutTags(path), text] as const);
    return secrets.toSorted((a, b) => (a.join(" ") < b.join(" ") ? -1 : 1));
  }

  /** The names of an output's releases. */
  async releases(output: string): Promise<readonly string[]> {
    return (await readdir(join(this.directory, output, "releases"))).sort();
  }
}
