import type { EgressPolicy } from "@metricsinfra/sdk";
import type { EgressFile } from "../disk/egress-file.js";
import type { Changes } from "../fetch/fetch-changes.js";
import type { ProjectConfig } from "../fetch/project-config.js";
import type { EgressGate } from "./egress-gate.js";
import { KnownNames } from "./known-names.js";
import type { NameLookups } from "./name-lookups.js";
import { type EgressUse, Policy } from "./policy.js";
import { hostsOf } from "./project-hosts.js";

/** What it works with. */
export interface EgressParts {
  readonly file: EgressFile;
  /** Asks the server for its policy. */
  readonly fetchPolicy: () => Promise<EgressPolicy>;
  readonly lookups: NameLookups;
  /** How long a look-up is good for. */
  readonly freshMs: number;
  /** Told when the policy cannot be fetched and the last one stays. */
  readonly onStale: (error: unknown) => void;
  readonly now: () => Date;
}

/** How long names are waited for before files are rendered without knowing of them; the next check makes up for it. */
const prepareMs = 20_000;

type Names = Readonly<Record<string, boolean>>;

/**
 * Holds what is rendered to the server's policy of where projects' config may point. It keeps what the files on the disk
 * were rendered with, so that it knows which projects to render again when a name has moved.
 */
export class Egress implements EgressGate {
  readonly #names: KnownNames;
  #policy: Policy | undefined;
  /** Whether it is not known what the files on the disk were rendered with. */
  #isLost: boolean;
  #rendered: ReadonlyMap<string, Names>;
  /** By when the names of this cycle are to be known. */
  #prepareUntil = 0;

  constructor(private readonly parts: EgressParts) {
    this.#names = new KnownNames(parts.lookups, parts.freshMs, parts.now);
    const { policy, projects = {} } = parts.file.read() ?? {};
    this.#isLost = policy === undefined;
    this.#policy = policy && new Policy(policy);
    this.#rendered = new Map(Object.entries(projects));
    for (const names of this.#rendered.values()) {
      for (const [name, refused] of Object.entries(names)) this.#names.remember(name, refused);
    }
  }

  /** Changes whenever the same projects would be rendered otherwise; empty while it is not known how they were. */
  get fingerprint(): string {
    return this.#isLost ? "" : (this.#policy?.fingerprint ?? "");
  }

  get probeRedirects(): boolean {
    return this.#known.source.probeRedirects;
  }

  get credentialsOverHttp(): boolean {
    return this.#known.source.credentialsOverHttp;
  }

  allows(project: string, use: EgressUse, host: string): boolean {
    const verdict = this.#known.judge(project, use, host);
    return verdict === "RESOLVE" ? !this.#names.isRefused(host.toLowerCase(), this.#known) : verdict === "ALLOWED";
  }

  namesOf(project: ProjectConfig): Names {
    return Object.fromEntries(this.#toResolve(project).map((name) => [name, this.#names.isRefused(name, this.#known)]));
  }

  /**
   * Makes sure that the policy is the one that the server has. If it cannot be fetched the last one stays; without any,
   * that is an error.
   */
  async settle(fingerprint: string): Promise<void> {
    this.#prepareUntil = this.parts.now().getTime() + prepareMs;
    const before = this.#policy;
    if (before?.fingerprint === fingerprint) return;
    try {
      this.#policy = new Policy(await this.parts.fetchPolicy());
    } catch (error) {
      if (before === undefined) throw error;
      this.parts.onStale(error);
      return;
    }
    this.#names.judgeAnew(this.#policy);
  }

  /** Finds out about the names of projects that are to be rendered. */
  async prepare(projects: readonly ProjectConfig[]): Promise<void> {
    const leftMs = this.#prepareUntil - this.parts.now().getTime();
    const names = projects.map((project) => this.#toResolve(project)).filter((each) => each.length > 0);
    if (names.length === 0 || leftMs <= 0) return;
    await this.#names.check(names, this.#known, AbortSignal.timeout(leftMs));
  }

  /** Looks again where the names of what is on the disk lead; resolves to whether anything else has to be rendered again. */
  async recheck(signal: AbortSignal): Promise<boolean> {
    if (this.#policy === undefined) return false;
    const used = [...this.#rendered.values()].map((names) => Object.keys(names));
    const before = this.stale.join();
    await this.#names.check(used, this.#policy, signal);
    return this.stale.length > 0 && this.stale.join() !== before;
  }

  /** The ids of the projects whose files were rendered when their names led elsewhere. */
  get stale(): readonly string[] {
    const policy = this.#policy;
    if (policy === undefined) return [];
    const hasMoved = ([name, refused]: [string, boolean]) => this.#names.isRefused(name, policy) !== refused;
    return [...this.#rendered].filter(([, names]) => Object.entries(names).some(hasMoved)).map(([id]) => id);
  }

  /** Notes that these changes are on the disk. */
  commit({ full, projects, deleted }: Changes): void {
    const rendered = new Map(full ? [] : this.#rendered);
    for (const { id } of deleted) rendered.delete(id);
    for (const { id, names } of projects) {
      if (Object.keys(names).length === 0) rendered.delete(id);
      else rendered.set(id, names);
    }
    this.#names.keep(new Set([...rendered.values()].flatMap((names) => Object.keys(names))));
    this.parts.file.write({ policy: this.#known.source, projects: Object.fromEntries(rendered) });
    this.#rendered = rendered;
    this.#isLost = false;
  }

  #toResolve(project: ProjectConfig): readonly string[] {
    const names = hostsOf(project).filter(({ use, host }) => this.#known.judge(project.name, use, host) === "RESOLVE");
    return [...new Set(names.map(({ host }) => host.toLowerCase()))].toSorted();
  }

  get #known(): Policy {
    if (this.#policy === undefined) throw new Error("The policy of where config may point is not known yet.");
    return this.#policy;
  }
}
