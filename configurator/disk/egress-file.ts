import { join } from "node:path";
import type { EgressPolicy } from "@metricsinfra/sdk";
import { z } from "zod";
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
  version: z.literal(1),
  policy,
  /** By project id the names that its files were rendered with, and whether each was refused then. */
  projects: z.record(z.string(), z.record(z.string(), z.boolean())),
});

/** What the files were rendered by: the policy, and what was known of the names. */
export interface EgressState {
  readonly policy: EgressPolicy;
  readonly projects: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
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
    const text = `${JSON.stringify({ version: 1, ...state })}\n`;
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
