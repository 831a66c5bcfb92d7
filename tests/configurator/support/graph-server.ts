import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AgentReportInput, EgressPolicy, ProjectConfig } from "@metricsinfra/sdk";
import type { GlobalRuleConfig } from "../../../configurator/fetch/project-config.js";
import type { LimitTier } from "../../../configurator/render/limit-tier.js";
import { atEnd } from "../../support/at-end.js";
import { freePort } from "../../support/ports.js";
import { aTier } from "./config.js";
import { anywherePolicy } from "./egress.js";

/** A deletion that an agent holds back, as it tells of it. */
export type SentBrake = NonNullable<AgentReportInput["brake"]>;
/** What an agent reports that a process runs. */
export interface SentRun {
  readonly output: string;
  readonly server: string;
  readonly revision: number | null;
  readonly state: string;
  readonly seenAt: string | null;
  readonly detail: string | null;
}

/** A question for its turn as an agent sends it. */
export interface SentTurn {
  readonly revision: number;
  readonly rendering: string;
  readonly waitSeconds: number;
}

/** A report as an agent sends it. */
export interface SentReport {
  readonly name: string;
  readonly instanceId: string;
  readonly state: string;
  readonly appliedRevision: number;
  readonly rendering?: string;
  readonly outputs: readonly string[];
  readonly runs: readonly SentRun[];
  readonly problems: readonly { readonly project?: string; readonly file?: string; readonly message: string }[];
  readonly brake?: SentBrake;
}

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly config: ProjectConfig | null;
  readonly movedAway: boolean;
}

/**
 * Stands in for the server where a test needs what the real one cannot be made to do at will: changes at exact moments,
 * nonsense, absence. It answers the operations that an agent sends, over HTTP.
 */
export class GraphServer {
  revision = 0;
  globalRulesRevision = 0;
  /** The tiers of the server's settings. */
  limitTiers: readonly LimitTier[] = [aTier()];
  /** The policy of where config may point: everywhere, unless a test says otherwise. */
  policy: EgressPolicy = anywherePolicy;
  /** The operations that were asked for, in order. */
  readonly operations: string[] = [];
  readonly reports: SentReport[] = [];
  /** What agents asked for. */
  readonly turns: SentTurn[] = [];
  /** The agent that all others have to wait for. */
  goesFirst: string | undefined;
  /** Replaces every answer but that of the stream: a fault. */
  fault: ((response: ServerResponse) => void) | undefined;
  /** Called after each page of changes was put together: what it changes is in a later page. */
  afterPage: (() => void) | undefined;
  /** Replaces the stream of revisions. */
  streamFault: ((response: ServerResponse) => void) | undefined;
  /** The digests of the deletions that an operator has confirmed. */
  readonly released = new Set<string>();
  /** The agent whose reports alone are accepted; all others have a name that is taken. */
  owner: string | undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #streams = new Set<ServerResponse>();
  #globalRules: readonly GlobalRuleConfig[] = [];
  #server: Server | undefined;

  constructor(readonly port: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/graphql`;
  }

  async listen(): Promise<this> {
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.#server = server;
    return this;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const stream of this.#streams) stream.destroy();
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  /** Writes projects in one revision each, or takes them away with null. */
  put(...projects: readonly (ProjectConfig | { readonly name: string; readonly gone: true })[]): void {
    for (const project of projects) {
      this.revision++;
      const id = "gone" in project ? `prj_${project.name}` : project.id;
      const config = "gone" in project ? null : { ...project, revision: this.revision };
      this.#entries.set(id, { id, name: project.name, revision: this.revision, config, movedAway: false });
    }
    this.#tell();
  }

  /** Lets projects go on in another shard. */
  moveAway(...names: readonly string[]): void {
    for (const [id, entry] of this.#entries) {
      if (!names.includes(entry.name)) continue;
      this.#entries.set(id, { ...entry, revision: ++this.revision, config: null, movedAway: true });
    }
    this.#tell();
  }

  /** Answers a project otherwise than before although nobody wrote it, as when its secrets can be read again. */
  answer(project: ProjectConfig): void {
    const entry = this.#entries.get(project.id);
    if (entry === undefined) throw new Error(`there is no project ${project.id}`);
    this.#entries.set(project.id, { ...entry, config: { ...project, revision: entry.revision } });
  }

  setGlobalRules(rules: readonly GlobalRuleConfig[]): void {
    this.globalRulesRevision = ++this.revision;
    this.#globalRules = rules;
    this.#tell();
  }

  /** Forgets everything, as a server whose database was lost. */
  forget(): void {
    this.#entries.clear();
    this.#globalRules = [];
    this.revision = 0;
    this.globalRulesRevision = 0;
  }

  #tell(): void {
    for (const stream of this.#streams) sendRevision(stream, this.revision);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.url?.startsWith("/graphql/stream")) return this.#stream(response);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as Request;
    const [, operation = ""] = /^\s*(?:query|mutation) (\w+)/m.exec(query) ?? [];
    this.operations.push(operation);
    if (this.fault !== undefined) return this.fault(response);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data: this.#data(operation, variables) }));
  }

  #data(operation: string, variables: Request["variables"]): unknown {
    const pageInfo = { hasNextPage: false, endCursor: null };
    switch (operation) {
      case "ListChangedProjects":
        return this.#changedPage(this.#changes(variables, withPages));
      case "ListChangedProjectSettings":
        return this.#changedPage(this.#changes(variables, settingsOf));
      case "GetNewestRevisions": {
        const { revision, globalRulesRevision } = this;
        return this.#changedPage({ revision, globalRulesRevision });
      }
      case "GetEgressPolicy":
        return { egressPolicy: this.policy };
      case "GetProjectConfig":
        return { node: this.#project(variables.id) };
      case "ListGlobalRules":
        return { globalRules: { nodes: this.#globalRules, pageInfo, totalCount: this.#globalRules.length } };
      case "ReportAgent":
        return { agentReport: this.#report(variables.input) };
      case "TakeAgentTurn":
        this.turns.push(variables.input);
        return { agentTurn: { ...this.#turn, userErrors: [] } };
      default:
        throw new Error(`no answer to ${operation}`);
    }
  }

  get #turn(): object {
    if (this.goesFirst === undefined) return { mayGo: true, waitsFor: null, reason: null };
    return { mayGo: false, waitsFor: { id: "agt_2", name: this.goesFirst }, reason: `${this.goesFirst} goes first` };
  }

  #changedPage(changedProjects: object): object {
    this.afterPage?.();
    const egressPolicy = { fingerprint: this.policy.fingerprint };
    return { limitTiers: this.limitTiers, changedProjects, egressPolicy };
  }

  #changes({ sinceRevision, first, after }: Request["variables"], shown: (config: ProjectConfig) => object): object {
    const from = Math.max(sinceRevision, Number(after ?? 0));
    const entries = [...this.#entries.values()]
      .filter((entry) => entry.revision > from)
      .toSorted((a, b) => a.revision - b.revision);
    const page = entries.slice(0, first);
    return {
      nodes: page.map(({ config, ...entry }) => ({
        ...entry,
        deleted: config === null && !entry.movedAway,
        project: config && shown(config),
      })),
      pageInfo: { hasNextPage: entries.length > page.length, endCursor: String(page.at(-1)?.revision ?? 0) },
      revision: this.revision,
      globalRulesRevision: this.globalRulesRevision,
    };
  }

  #project(id: string): unknown {
    const config = this.#entries.get(id)?.config;
    return config ? { __typename: "Project", ...withPages(config) } : null;
  }

  #report(input: SentReport): unknown {
    if (this.owner !== undefined && input.instanceId !== this.owner) {
      const taken = { code: "TAKEN", message: "Another agent of this name reported.", path: ["input", "name"] };
      return { agent: null, userErrors: [taken] };
    }
    this.reports.push(input);
    const agent = { id: "agt_1", lastSeenAt: "2026-01-01T00:00:00.000Z", lastApplyAt: null, hostname: "h" };
    const releasedAt = input.brake && this.released.has(input.brake.digest) ? agent.lastSeenAt : null;
    const brake = input.brake ? { ...input.brake, since: agent.lastSeenAt, releasedAt, releasedBy: null } : null;
    return { agent: { ...agent, ...input, problems: [], brake }, userErrors: [] };
  }

  #stream(response: ServerResponse): void {
    if (this.streamFault !== undefined) {
      this.streamFault(response);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.write(":\n\n");
    this.#streams.add(response);
    response.once("close", () => this.#streams.delete(response));
    sendRevision(response, this.revision);
  }
}

interface Request {
  readonly query: string;
  readonly variables: {
    readonly sinceRevision: number;
    readonly first: number;
    readonly after: string | null;
    readonly id: string;
    readonly input: SentReport & SentTurn;
  };
}

function settingsOf({ scrapeJobs, rules, contactGroups, ...settings }: ProjectConfig): object {
  return settings;
}

function withPages(config: ProjectConfig): object {
  const listOf = (nodes: readonly unknown[]) => ({ nodes, pageInfo: { hasNextPage: false, endCursor: null } });
  const { scrapeJobs, rules, contactGroups } = config;
  const lists = { scrapeJobs: listOf(scrapeJobs), rules: listOf(rules), contactGroups: listOf(contactGroups) };
  return { ...config, ...lists };
}

function sendRevision(stream: ServerResponse, revisions: number): void {
  stream.write(`event: next\ndata: ${JSON.stringify({ data: { revisions } })}\n\n`);
}

/** A server that holds nothing yet; closed with the test, or the file (`atEnd`). */
export async function startGraphServer(): Promise<GraphServer> {
  const server = await new GraphServer(await freePort()).listen();
  atEnd(() => server.close());
  return server;
}
