import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { postGraphql } from "../../support/post-graphql.js";
import type { Arena } from "./arena.js";

const everything = `query ($name: String!, $id: ID!) { project(name: $name) {
  id name openstackId description extraLabels aclGroup limitTier revision version updatedAt defaultContactGroup { id }
  usage { scrapeJobs targets rules contactGroups contacts silences apiTokens }
  scrapeJobs(first: 100) { totalCount nodes { id name enabled metricsPath scheme params version revision
    staticTargets { host port labels } probe { ... on HttpProbe { path hostHeader headers bodyMatches } } } }
  rules(first: 100) { totalCount nodes { id name expr enforcedExpr enabled labels version revision } }
  contactGroups(first: 100) { totalCount nodes { id name isDefault version revision contacts { type value hasSecret } } }
  apiTokens { nodes { id name globalRole revokedAt rotatedAt expiresAt memberships { role project { name } } } }
  silences(first: 100) { totalCount nodes { id state comment createdBy startsAt endsAt updatedAt matchers { name value isRegex isEqual } } }
  alerts(first: 100) { totalCount nodes { id labels annotations receivers state silencedBy { id } inhibitedBy { id } } }
} created: auditEntries(filter: { project: $id, action: CREATE }, first: 100) { ...entries }
  updated: auditEntries(filter: { project: $id, action: UPDATE }, first: 100) { ...entries }
  deleted: auditEntries(filter: { project: $id, action: DELETE }, first: 100) { ...entries }
  globalRules { nodes { id name expr labels enabled version } } }
fragment entries on AuditEntryConnection { nodes { id actor source requestId reason revision entityType entityId before after at } }`;
const secrets = "query ($name: String!) { project(name: $name) { contactGroups { nodes { contacts { secret } } } } }";

/** All that is the victim's, as operators, agents, Alertmanagers and files have it. */
export async function stateOf({ stack, victim }: Arena): Promise<object> {
  const ask = async (token: string, query: string) => {
    const { data, errors } = await postGraphql(stack.graphUrl, token, query, { name: victim.name, id: victim.ids.prj });
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  return {
    graph: await ask(stack.tokens.OPERATOR, everything),
    secrets: await ask(stack.tokens.AGENT, secrets),
    alertmanagers: await Promise.all(stack.alertmanagers.map((_, index) => heldFor(stack, index, victim.name))),
    files: await filesOf(stack.folder, victim.name),
  };
}

interface HeldSilence {
  readonly id: string;
  readonly matchers: readonly { readonly name: string; readonly value: string }[];
}

/** What one Alertmanager has of the victim, and of nobody: its route, receivers and silences. */
async function heldFor({ alertmanagers }: Arena["stack"], index: number, name: string): Promise<object> {
  const member = alertmanagers[index];
  if (member === undefined) throw new Error("There is no such Alertmanager.");
  const silences = (await member.api("/api/v2/silences")) as HeldSilence[];
  const others = silences.filter(
    ({ matchers }) => !matchers.some((one) => one.name === "project" && one.value === "attacker"),
  );
  const { config } = (await member.api("/api/v2/status")) as { config: { original: string } };
  const { route, receivers, ...rest } = parse(config.original);
  const ours = (one: { receiver?: string; name?: string }) => !(one.receiver ?? one.name ?? "").startsWith("attacker/");
  return {
    name,
    silences: others.sort((a, b) => (a.id < b.id ? -1 : 1)),
    route: { ...route, routes: route.routes.filter(ours) },
    receivers: receivers.filter(ours),
    rest,
  };
}

/** Every file below the agent's folder that is a project's own, of what is in use, byte for byte. */
async function filesOf(folder: string, name: string): Promise<Record<string, string>> {
  const all = await filesBelow(join(folder, "config"));
  const own = [...all].filter(([path]) => path.includes(`/${name}.`) && /\/(current|targets)\//.test(path));
  if (own.length < 4) throw new Error(`The agent has only ${own.map(([path]) => path)} of ${name}.`);
  return Object.fromEntries(own);
}

/** Every file below a folder, links followed, with its content; what is only being written, or has just gone, is left out. */
export async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const entries = await readdir(folder, { withFileTypes: true }).catch(ifGone([]));
  for (const entry of entries.filter(({ name }) => !name.startsWith("."))) {
    const path = join(folder, entry.name);
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && entry.name === "current");
    if (isFolder) for (const [inner, content] of await filesBelow(path)) found.set(inner, content);
    else found.set(path, await readFile(path, "utf8").catch(ifGone("")));
  }
  return found;
}

function ifGone<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT") return instead;
    throw error;
  };
}
