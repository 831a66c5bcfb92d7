import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere, replaceFile, syncFolder } from "./write-file.js";

const problem = z.object({ project: z.string().optional(), file: z.string().optional(), message: z.string() });

const held = z.object({
  output: z.enum(["prometheus", "blackbox", "alertmanager", "thanos-rule", "thanos-query", "karma-acl"]),
  id: z.string().optional(),
  name: z.string(),
  digest: z.string(),
  file: z.string(),
  message: z.string(),
  tries: z.number().int(),
  retryAt: z.string(),
  /** What the files were rendered and checked with. */
  fingerprint: z.string(),
});

const failedLoad = z.object({
  /** What the files were that the processes were to read. */
  fingerprint: z.string(),
  /** ISO-8601. */
  at: z.string(),
  /** Whether the processes are known not to take the files, so that those before them are in use again. */
  refused: z.boolean(),
  message: z.string(),
});

/** A restart of an output's processes that failed. */
export type FailedLoad = Readonly<z.infer<typeof failedLoad>>;

const agentState = z.object({
  version: z.literal(1),
  /** Tells two agents with one name apart; it belongs to the folder, so it outlives the process. */
  instanceId: z.string(),
  /** What of the settings, base files and this program the files were rendered with. */
  fingerprint: z.string(),
  /** The revision that the files hold. */
  revision: z.number().int(),
  /** The revision that the processes run. */
  appliedRevision: z.number().int(),
  /** By what of the server's settings what the processes run is rendered. */
  rendering: z.string().optional(),
  /** The revision to fetch from again for projects that could not be read whole. */
  retryFrom: z.number().int().optional(),
  lastApplyAt: z.string().nullable(),
  /** By output, the release that its processes were seen to load. */
  loaded: z.record(z.string(), z.string()),
  /** By output, the restart of its processes that failed last: it is not tried again at each cycle. */
  failedLoads: z.record(z.string(), failedLoad).default({}),
  /** By output, the release that waits for its processes, none of which answers, and since when it does. */
  away: z.record(z.string(), z.object({ release: z.string(), since: z.iso.datetime() })).default({}),
  /** The projects whose rules no Prometheus has read, because none answered. */
  unread: z.array(z.string()).default([]),
  /** Files of projects that an output refused, so that it keeps what it had. */
  held: z.array(held).default([]),
  /** What was taken away lately without an operator's confirmation, by kind. */
  removed: z.array(z.object({ at: z.string(), counts: z.record(z.string(), z.number()) })).default([]),
  /** What could not be carried out as asked, by project id; under "" what belongs to no project. */
  problems: z.record(z.string(), z.array(problem)),
});

/** What an agent remembers between two starts; without it, it fetches everything. */
export type AgentState = Readonly<z.infer<typeof agentState>>;

/** The file that the state is kept in. */
export class StateFile {
  readonly #path: string;

  constructor(private readonly folder: string) {
    this.#path = join(folder, "state.json");
  }

  /** The state on the disk, or that of an agent that has never run. A file that cannot be read counts as none. */
  read(): AgentState {
    const parsed = agentState.safeParse(parseJson(readIfThere(this.#path)));
    return parsed.success ? parsed.data : newState();
  }

  write(state: AgentState): void {
    replaceFile(this.#path, `${JSON.stringify(state, null, 2)}\n`, `${this.#path}.next`);
    syncFolder(this.folder);
  }
}

function newState(): AgentState {
  return {
    version: 1,
    instanceId: randomUUID(),
    fingerprint: "",
    revision: 0,
    appliedRevision: 0,
    lastApplyAt: null,
    loaded: {},
    failedLoads: {},
    away: {},
    unread: [],
    held: [],
    removed: [],
    problems: {},
  };
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
