import { createHash } from "node:crypto";
import { waitFor } from "../../support/wait-for.js";
import type { Attack } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";

const page = "edges { cursor } nodes { __typename } pageInfo { hasNextPage hasPreviousPage endCursor }";
const below = ["scrapeJobs", "rules", "contactGroups", "alerts", "silences", "auditEntries", "targets"];
const roots = ["projects", "alerts", "silences", "auditEntries", "apiTokens"];

interface List {
  readonly edges: readonly { readonly cursor: string }[];
}

/** The cursor of the first thing that the victim has in a list. */
function theirCursor(attack: Attack, field: string, root: boolean): Promise<string> {
  const cursor = () => cursorNow(attack, field, root);
  return waitFor(cursor, { what: `the victim to have something in ${field}`, deadlineMs: 30_000 });
}

async function cursorNow({ victim, arena }: Attack, field: string, root: boolean): Promise<string | undefined> {
  const { stack } = arena;
  const query = root
    ? `{ list: ${field}(first: 1) { edges { cursor } } }`
    : `{ project(name: "${victim.name}") { list: ${field}(first: 1) { edges { cursor } } } }`;
  const response = await fetch(stack.graphUrl, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${victim.tokens[0]}` },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { data: { list?: List; project?: { list: List } } };
  return (data.list ?? data.project?.list)?.edges[0]?.cursor;
}

const readOwn = (attack: Attack, field: string, after: string) =>
  attack.ask(`query ($after: String) { project(name: "attacker") { ${field}(after: $after) { ${page} } } }`, { after });
const readRoot = (attack: Attack, field: string, after: string) =>
  attack.ask(`query ($after: String) { ${field}(after: $after) { ${page} } }`, { after });

/** A cursor as the server makes them: anybody can, for whoever reads the code. */
function madeUp(list: string, body: string): string {
  const checksum = createHash("sha256").update(`1\n${list}\n${body}`).digest("base64url").slice(0, 11);
  return Buffer.from(`${checksum}${body}`).toString("base64url");
}
const positions = [
  '[1,"",""]',
  '[1,"zzzz","zzzz"]',
  '[1,-1,""]',
  '[1,1e308,"x"]',
  '[1,"\' OR 1=1 -- ","x"]',
  '[1,"%","%"]',
  '[1,{"a":1},"x"]',
  '[1,["x"],"x"]',
  '[1,null,"x"]',
  '[2,"a","b"]',
  '[1,"a"]',
  "{}",
  "",
];

/** Places in lists that are not one's own. */
export const cursors: readonly Attempt[] = attempts("cursors", [
  ...below.map(
    (field) =>
      [
        "refused",
        `the victim's of ${field}, in one's own`,
        async (attack: Attack) => readOwn(attack, field, await theirCursor(attack, field, false)),
      ] as const,
  ),
  ...below.map(
    (field) =>
      [
        "refused",
        `the victim's of ${field}, in all projects'`,
        async (attack: Attack) =>
          readRoot(
            attack,
            field === "rules" || field === "scrapeJobs" || field === "contactGroups" || field === "targets"
              ? "projects"
              : field,
            await theirCursor(attack, field, false),
          ),
      ] as const,
  ),
  ...roots.map(
    (field) =>
      [
        "harmless",
        `the victim's of all ${field}, in the same list`,
        async (attack: Attack) => readRoot(attack, field, await theirCursor(attack, field, true)),
      ] as const,
  ),
  ...roots.map(
    (field, index) =>
      [
        "refused",
        `the victim's of all ${field}, in another list`,
        async (attack: Attack) =>
          readRoot(attack, roots[(index + 1) % roots.length] ?? "", await theirCursor(attack, field, true)),
      ] as const,
  ),
  ...roots.map(
    (field) =>
      [
        "refused",
        `the victim's of all ${field}, edited`,
        async (attack: Attack) => {
          const text = Buffer.from(await theirCursor(attack, field, true), "base64url").toString();
          return readRoot(attack, field, Buffer.from(text.replace(/.{3}$/, "zz]")).toString("base64url"));
        },
      ] as const,
  ),
  ...positions.map(
    (body, index) =>
      [
        index < 6 ? "harmless" : "refused",
        `made up, at ${body}`,
        (attack: Attack) => readRoot(attack, "projects", madeUp("projects:name:ASC", body)),
      ] as const,
  ),
]);
