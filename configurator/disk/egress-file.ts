import { join } from "node:path";
import type { EgressPolicy } from "@metricsinfra/sdk";
import { z } from "zod";
import type { HostStates } from "../egress/egress-gate.js";
import { readIfThere, replaceFile, syncFolder } from "./write-file.js";

const policy = z.object({
  fingerprint: z.string(),
  networks: z.array(z.object({ network: z.string(), allowed: z.boolean() })),
  hosts: z.array(
    z.object({
      projects: z.string(),
      uses: z.array(z.enum(["TARGETS", "CONTACTS"])),
      names: z.array(z.string()),
      addresses: z.boolean(),
    }),
  ),
  unresolvedAllowed: z.boolean(),
  probeRedirects: z.boolean(),
  credentialsOverHttp: z.boolean(),
});

const egressState = z.object({
  version: z.literal(2),
  policy,
  addresses: z.record(z.string(), z.array(z.string())),
  silent: z.array(z.string()),
  projects: z.record(
    z.string(),
    z.record(z.string(), z.enum(["ALLOWED", "REFUSED", "UNRESOLVED", "UNKNOWN", "OWN", "OTHER"])),
  ),
});

/** What the files were rendered by: the policy, and what was known of the names. */
export interface EgressState {
  readonly policy: EgressPolicy;
  /** By name what it led to last. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  /** The names of which nobody could tell the last time. */
  readonly silent: readonly string[];
  /** By project id what its files were rendered with. */
  readonly projects: Readonly<Record<string, HostStates>>;
}

/** The file that this is kept in. */
export class EgressFile {
  readonly #path: string;
  #text: string | undefined;

  constructor(private readonly folder: string) {
    this.#path = join(folder, "egress.json");
  }

  /** What is on the disk; undefined when there is none, or none that can be read. */
  read(): EgressState | undefined {
    this.#text = readIfThere(this.#path);
    return egressState.safeParse(parseJson(this.#text)).data;
  }

  /** Writes it unless it is there already: most changes name no other hosts. */
  write(state: EgressState): void {
    const text = `${JSON.stringify({ version: 2, ...state })}\n`;
    if (text === this.#text) return;
    replaceFile(this.#path, text, `${this.#path}.next`);
    syncFolder(this.folder);
    this.#text = text;
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
