import type { EgressPolicy } from "@metricsinfra/sdk";
import type { EgressFile } from "../disk/egress-file.js";
import type { Changes } from "../fetch/fetch-changes.js";
import type { ProjectConfig } from "../fetch/project-config.js";
import { type EgressGate, type HostStates, notLookedUp, outOfReach } from "./egress-gate.js";
import { KnownNames, type NameState } from "./known-names.js";
import type { NameLookups } from "./name-lookups.js";
import { type Endpoint, OwnProcesses, type OwnState } from "./own-processes.js";
import { Policy } from "./policy.js";
import { hostsOf, type NamedHost } from "./project-hosts.js";

/** What it works with. */
export interface EgressParts {
  readonly file: EgressFile;
  /** Asks the server for its policy. */
  readonly fetchPolicy: () => Promise<EgressPolicy>;
  readonly lookups: NameLookups;
  /** How long a look-up is good for. */
  readonly freshMs: number;
  /** Where the processes are that no project may reach. */
  readonly own: readonly Endpoint[];
  /** Told when the policy cannot be fetched and the last one stays. */
  readonly onStale: (error: unknown) => void;
  readonly now: () => Date;
}

/** How long names are waited for before files are rendered without those that nobody has told of yet. */
const prepareMs = 20_000;
/** Asks for the agent's own names; no project has such an id. */
const ownNames = "";

/**
 * Holds what is rendered to the server's policy of where projects' config may point. It keeps what the files on the disk
 * were rendered with, so that it knows which projects to render again when a name has moved.
 */
export class Egress implements EgressGate {
  readonly #names: KnownNames;
  readonly #own: OwnProcesses;
  #policy: Policy | undefined;
  /** Whether it is not known what the files on the disk were rendered with. */
  #isLost: boolean;
  #rendered: ReadonlyMap<string, HostStates>;
  /** The names in it whose addresses count beside their state. */
  #atOwnPorts: ReadonlySet<string> = new Set();
  /** By when the names of this cycle are to be known. */
  #prepareUntil = 0;
  #onMoved = () => {};

  constructor(private readonly parts: EgressParts) {
    this.#names = new KnownNames(parts.lookups, parts.freshMs, parts.now, (...moved) => this.#moved(...moved));
    this.#own = new OwnProcesses(parts.own, (name) => this.#names.addressesOf(name));
    const known = parts.file.read();
    this.#isLost = known === undefined;
    this.#rendered = new Map(Object.entries(known?.projects ?? {}));
    if (known !== undefined) {
      this.#policy = new Policy(known.policy);
      this.#names.judgeBy(this.#policy);
      this.#names.remember(known);
    }
    this.#atOwnPorts = namesAtPorts(this.#rendered.values());
  }

  /** Changes whenever the same projects would be rendered otherwise; empty while it is not known how they were. */
  get fingerprint(): string {
    return this.#isLost || this.#policy === undefined ? "" : `${this.#policy.fingerprint} ${this.#own.fingerprint}`;
  }

  /** Names the policy that names are judged by; the same at all agents. */
  get policyFingerprint(): string {
    return this.#policy?.fingerprint ?? "";
  }

  get probeRedirects(): boolean {
    return this.#known.source.probeRedirects;
  }

  get credentialsOverHttp(): boolean {
    return this.#known.source.credentialsOverHttp;
  }

  refusal(project: string, { use, host, port }: NamedHost): string | undefined {
    const verdict = this.#known.judge(project, use, host);
    const state = verdict === "RESOLVE" ? this.#names.stateOf(host.toLowerCase()) : verdict;
    if (state === "UNRESOLVED" ? !this.#known.source.unresolvedAllowed : state === "REFUSED") return outOfReach;
    const own = port === undefined ? "OTHER" : this.#ownState(host, port);
    if (own === "OWN") return outOfReach;
    return state === "UNKNOWN" || own === "UNKNOWN" ? notLookedUp : undefined;
  }

  statesOf(project: ProjectConfig): HostStates {
    const states: Record<string, NameState | OwnState> = {};
    for (const { use, host, port } of hostsOf(project)) {
      const verdict = this.#known.judge(project.name, use, host);
      const name = host.toLowerCase();
      if (verdict === "RESOLVE") states[name] = this.#names.stateOf(name);
      if (verdict === "REFUSED" || port === undefined || !this.#own.isAt(port)) continue;
      states[`${name}:${port}`] = this.#ownState(name, port);
    }
    return Object.fromEntries(Object.entries(states).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /**
   * Makes sure that the policy is the one that the server has. If it cannot be fetched the last one stays; without any,
   * that is an error.
   */
  async settle(fingerprint: string): Promise<void> {
    this.#prepareUntil = this.parts.now().getTime() + prepareMs;
    this.#own.lookAround();
    const before = this.#policy;
    if (before?.fingerprint === fingerprint) return;
    try {
      this.#policy = new Policy(await this.parts.fetchPolicy());
    } catch (error) {
      if (before === undefined) throw error;
      this.parts.onStale(error);
      return;
    }
    this.#names.judgeBy(this.#policy);
  }

  /** Finds out about the names of projects that are to be rendered. */
  async prepare(projects: readonly ProjectConfig[]): Promise<void> {
    const leftMs = Math.max(0, this.#prepareUntil - this.parts.now().getTime());
    const names = projects.map((project) => [project.id, this.#toResolve(project)] as const);
    await before(AbortSignal.timeout(leftMs), this.#names.check([[ownNames, this.#own.names], ...names]));
  }

  /**
   * Looks again where the names of what is on the disk lead, those that are due. Resolves when there is nothing to wait for,
   * or at the signal; whatever is found, then or later, is told at once to who listens.
   */
  async recheck(signal: AbortSignal): Promise<void> {
    if (this.#policy === undefined) return;
    const used = [...this.#rendered].map(([id, states]) => [id, Object.keys(states).filter(isName)] as const);
    await before(signal, this.#names.check([[ownNames, this.#own.names], ...used]));
  }

  /** Calls back whenever projects have to be rendered again because of what names lead to. */
  whenMoved(listener: () => void): void {
    this.#onMoved = listener;
  }

  /** The ids of the projects whose files were rendered when their names led elsewhere. */
  get stale(): readonly string[] {
    if (this.#policy === undefined) return [];
    return [...this.#rendered].filter(([, states]) => this.#isStale(states)).map(([id]) => id);
  }

  /** Notes that these changes are on the disk. */
  commit({ full, projects: changed, deleted }: Changes): void {
    const rendered = new Map(full ? [] : this.#rendered);
    for (const { id } of deleted) rendered.delete(id);
    for (const { id, hosts } of changed) {
      if (Object.keys(hosts).length === 0) rendered.delete(id);
      else rendered.set(id, hosts);
    }
    const names = new Set(
      [...rendered.values()].flatMap((states) => Object.keys(states).filter(isName)).concat(this.#own.names),
    );
    this.#names.keep(names);
    const projects = Object.fromEntries(rendered);
    this.parts.file.write({ policy: this.#known.source, ...this.#names.remembered, projects });
    this.#rendered = rendered;
    this.#atOwnPorts = namesAtPorts(rendered.values());
    this.#isLost = false;
    // What was found while these were rendered was not theirs yet.
    if (this.stale.length > 0) this.#onMoved();
  }

  #moved(name: string, isOtherState: boolean): void {
    const isOwn = this.#own.names.includes(name);
    if (!isOwn && !isOtherState && !this.#atOwnPorts.has(name)) return;
    const concerned = [...this.#rendered.values()].filter((states) => isOwn || states[name] !== undefined);
    if (concerned.some((states) => this.#isStale(states))) this.#onMoved();
  }

  #isStale(states: HostStates): boolean {
    return Object.entries(states).some(([host, state]) => this.#stateOf(host) !== state);
  }

  /** The state of a name, or of `host:port`. */
  #stateOf(text: string): NameState | OwnState {
    if (isName(text)) return this.#names.stateOf(text);
    const colon = text.lastIndexOf(":");
    return this.#ownState(text.slice(0, colon), Number(text.slice(colon + 1)));
  }

  #ownState(host: string, port: number): OwnState {
    const name = host.toLowerCase();
    return this.#own.judge(name, this.#names.addressesOf(name) ?? [name], port);
  }

  #toResolve(project: ProjectConfig): readonly string[] {
    const names = hostsOf(project).filter(({ use, host }) => this.#known.judge(project.name, use, host) === "RESOLVE");
    return [...new Set(names.map(({ host }) => host.toLowerCase()))];
  }

  get #known(): Policy {
    if (this.#policy === undefined) throw new Error("The policy of where config may point is not known yet.");
    return this.#policy;
  }
}

/** Whether a key of the states is a name, and not `host:port`. */
function isName(key: string): boolean {
  return !key.includes(":");
}

function namesAtPorts(rendered: Iterable<HostStates>): ReadonlySet<string> {
  const keys = [...rendered].flatMap((states) => Object.keys(states).filter((key) => !isName(key)));
  return new Set(keys.map((key) => key.slice(0, key.lastIndexOf(":"))));
}

/** Resolves when the work is done, or at the signal if that is earlier. */
async function before(signal: AbortSignal, work: Promise<void>): Promise<void> {
  if (signal.aborted) return;
  let abort = () => {};
  const aborted = new Promise<void>((resolve) => {
    abort = resolve;
  });
  signal.addEventListener("abort", abort);
  await Promise.race([work, aborted]);
  signal.removeEventListener("abort", abort);
}
