import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Client, createClient } from "@metricsinfra/sdk";
import { DemoFailure } from "./demo-failure.js";
import { fileOf, type Layout } from "./layout.js";

const run = promisify(execFile);

/** The file of a token of the demo. */
export function tokenFile(layout: Layout, name: "operator" | "agent" | "member"): string {
  return fileOf(layout, "secrets", `${name}.token`);
}

/** The demo's client, an operator. */
export function operatorClient(layout: Layout): Client {
  const token = readFileSync(tokenFile(layout, "operator"), "utf8").trim();
  return createClient({ url: `${layout.server.url}/graphql`, token, app: { name: "metricsinfra-demo", version: "1" } });
}

/** Creates the operator's and the agent's token, as one does on a new server: by its command, before it serves. */
export async function createFirstTokens(layout: Layout, settingsFile: string): Promise<void> {
  for (const [name, role] of [
    ["operator", "OPERATOR"],
    ["agent", "AGENT"],
  ] as const) {
    const file = tokenFile(layout, name);
    if (existsSync(file)) continue;
    const main = join(layout.root, "dist", "server", "main.js");
    const args = [main, "token", "--settings", settingsFile, "--name", `demo-${name}`, "--role", role];
    const { stdout } = await run(process.execPath, args).catch((error: { stderr?: string; message: string }) => {
      throw new DemoFailure(`the server's token command failed: ${error.stderr?.trim() || error.message}`);
    });
    writeFileSync(file, stdout, { mode: 0o600 });
  }
}

/** Creates a token as a person of the project has one, and keeps it in its file. */
export async function createMemberToken(client: Client, layout: Layout, projectName: string): Promise<void> {
  const file = tokenFile(layout, "member");
  if (existsSync(file)) return;
  const project = await client.projects.find(projectName);
  if (project === null) return;
  const memberships = [{ project: project.id, role: "MEMBER" as const }];
  const { secret } = await client.apiTokens.create({ name: `demo-${projectName}-member`, memberships });
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
}
