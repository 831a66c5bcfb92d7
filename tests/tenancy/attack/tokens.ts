import type { Attack } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";

const create =
  (input: (attack: Attack) => object, as: "ADMIN" | "MEMBER" | "VIEWER" = "ADMIN") =>
  (attack: Attack) =>
    attack.call("apiTokenCreate", { input: { name: attack.marker, ...input(attack) } }, { as });
const roles = ["VIEWER", "MEMBER", "ADMIN"] as const;
const granting =
  (project: "prj", role: string) =>
  ({ victim }: Attack) => ({ memberships: [{ project: victim.ids[project], role }] });
const own = ({ own: { ids } }: Attack) => ({ memberships: [{ project: ids.prj, role: "VIEWER" }] });

/** Tokens for more than one may do oneself, and others' tokens. */
export const tokens: readonly Attempt[] = attempts("tokens", [
  ...roles.map((role) => ["refused", `a token as ${role} of the victim`, create(granting("prj", role))] as const),
  ...["OPERATOR", "READER", "AGENT"].map(
    (globalRole) =>
      ["refused", `a token as ${globalRole}`, create((attack) => ({ ...own(attack), globalRole }))] as const,
  ),
  ["refused", "a token with a role over all projects alone", create(() => ({ globalRole: "OPERATOR" }))],
  [
    "refused",
    "a token of both projects",
    create(({ own: { ids }, victim }) => ({
      memberships: [
        { project: ids.prj, role: "ADMIN" },
        { project: victim.ids.prj, role: "VIEWER" },
      ],
    })),
  ],
  [
    "refused",
    "a token with more than its maker has",
    create((attack) => ({ memberships: [{ project: attack.own.ids.prj, role: "ADMIN" }] }), "MEMBER"),
  ],
  ["refused", "a token by a reader", create(own, "VIEWER")],
  ["refused", "a token of no project", create(() => ({ memberships: [] }))],
  ["refused", "a token of the project ''", create(() => ({ memberships: [{ project: "", role: "ADMIN" }] }))],
  ["refused", "a token of the project %", create(() => ({ memberships: [{ project: "%", role: "ADMIN" }] }))],
  [
    "refused",
    "a token of a project in a list",
    create(({ victim }) => ({ memberships: [{ project: [victim.ids.prj], role: "ADMIN" }] })),
  ],
  ["refused", "a token whose secret one chooses", create((attack) => ({ ...own(attack), secret: "mi_x", hash: "x" }))],
  [
    "refused",
    "a role over all projects as null and then not",
    (attack) =>
      attack.ask(
        `mutation ($role: GlobalRole) { apiTokenCreate(input: { name: "${attack.marker}", memberships: [], globalRole: $role }) { userErrors { code } secret } }`,
        { role: null },
      ),
  ],
  ...(["ADMIN", "MEMBER"] as const).flatMap((as) => [
    [
      "refused",
      `the victim's token: rotate, as ${as}`,
      (attack: Attack) => attack.call("apiTokenRotate", { id: attack.victim.ids.tok, input: {} }, { as }),
    ] as const,
    [
      "refused",
      `the victim's token: revoke, as ${as}`,
      (attack: Attack) => attack.call("apiTokenRevoke", { id: attack.victim.ids.tok }, { as }),
    ] as const,
  ]),
  [
    "refused",
    "a token of both projects: rotate, to have its secret",
    (attack) => attack.call("apiTokenRotate", { id: attack.own.shared, input: { previousValidFor: "0s" } }),
  ],
  [
    "refused",
    "a token of both projects: revoke, to lock the victim out",
    (attack) => attack.call("apiTokenRevoke", { id: attack.own.shared }),
  ],
  [
    "harmless",
    "a token of both projects: read, with all its roles",
    (attack) =>
      attack.ask(
        `query ($id: ID!) { node(id: $id) { ... on ApiToken { name createdBy memberships { role project { id name description } } } } }`,
        { id: attack.own.shared },
      ),
  ],
  [
    "harmless",
    "all tokens of one's project, with all their roles",
    (attack) =>
      attack.ask(
        `{ project(name: "attacker") { apiTokens { nodes { name memberships { project { name apiTokens { nodes { name } } } } } } } apiTokens { totalCount nodes { id name } } }`,
      ),
  ],
  [
    "harmless",
    "the agents' tokens, by what agents say",
    (attack) => attack.ask("{ agents { name hostname problems { message file project { name } } } }"),
  ],
  [
    "refused",
    "rotate one's own into a role",
    (attack) => attack.call("apiTokenRotate", { id: attack.own.ids.tok, input: { globalRole: "OPERATOR" } }),
  ],
]);
