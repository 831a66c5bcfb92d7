import type { Attack } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";
import { sameAnswer, unknownLike } from "./same-answer.js";

const entries = (attack: Attack, filter: object) => attack.call("auditEntries", { filter, first: 100 });
const theirs = ["prj", "cgr", "gone", "job", "rul", "rec", "tok", "sil"] as const;

/** What others did, and doing it again. */
export const history: readonly Attempt[] = [
  ...attempts("audit", [
    ...theirs.map(
      (id) =>
        [
          "harmless",
          `the entries about the victim's ${id}`,
          (attack: Attack) => {
            const entityId = attack.victim.ids[id] ?? "";
            return sameAnswer(attack, entityId, unknownLike(entityId), (which) => entries(attack, { entityId: which }));
          },
        ] as const,
    ),
    ...["CREATE", "UPDATE", "DELETE", "REFUSED", "SIGN_IN", "SIGN_OUT", "UNKNOWN"].map(
      (action) => ["harmless", `all entries of ${action}`, (attack: Attack) => entries(attack, { action })] as const,
    ),
    ...["Project", "ApiToken", "Silence", "GlobalRule", "Session", "' OR 1=1 -- "].map(
      (entityType) =>
        ["harmless", `all entries about ${entityType}`, (attack: Attack) => entries(attack, { entityType })] as const,
    ),
    ["harmless", "the entries of the operator", (attack) => entries(attack, { actor: "OPERATOR" })],
    [
      "harmless",
      "the entries of the victim's project and of one's own",
      (attack) =>
        attack.ask(
          "query ($a: ID, $b: ID) { a: auditEntries(filter: { project: $a }) { nodes { id after } } b: auditEntries(filter: { project: $b }) { nodes { id } } }",
          {
            a: attack.victim.ids.prj,
            b: attack.own.ids.prj,
          },
        ),
    ],
    [
      "harmless",
      "one's own entries as a member, with tokens and addresses",
      (attack) =>
        attack.ask(
          '{ project(name: "attacker") { auditEntries { nodes { entityType source actor before after } } } }',
          {},
          { as: "MEMBER" },
        ),
    ],
  ]),
  ...attempts("idempotency", [
    [
      "refused",
      "the victim's request with the victim's key",
      (attack) =>
        attack.ask(attack.victim.once.query, attack.victim.once.variables, {
          headers: { "idempotency-key": attack.victim.once.key },
        }),
    ],
    [
      "refused",
      "the victim's request with the victim's key, as a member",
      (attack) =>
        attack.ask(attack.victim.once.query, attack.victim.once.variables, {
          as: "MEMBER",
          headers: { "idempotency-key": attack.victim.once.key },
        }),
    ],
    [
      "refused",
      "the victim's request with another key",
      (attack) =>
        attack.ask(attack.victim.once.query, attack.victim.once.variables, {
          headers: { "idempotency-key": attack.marker },
        }),
    ],
    [
      "harmless",
      "a request of one's own with the victim's key",
      (attack) =>
        attack.ask(
          attack.victim.once.query,
          { input: { project: attack.own.ids.prj, name: attack.marker, expr: "up" } },
          { headers: { "idempotency-key": attack.victim.once.key } },
        ),
    ],
    [
      "refused",
      "a key that one has used, with another request, on the victim's",
      async (attack) => {
        const headers = { "idempotency-key": `k-${attack.marker}` };
        await attack.call("ruleDelete", { id: attack.own.ids.rec, dryRun: true }, { headers });
        return attack.call("ruleDelete", { id: attack.victim.ids.rec }, { headers });
      },
    ],
    [
      "refused",
      "two mutations under one key, one of them on the victim's",
      (attack) =>
        attack.ask(
          "mutation ($id: ID!) { a: ruleDelete(id: $id) { deletedId } b: silenceExpire(id: $id) { userErrors { code } } }",
          { id: attack.victim.ids.rul },
          {
            headers: { "idempotency-key": attack.marker },
          },
        ),
    ],
    ...["x y", "a'--", "%", "a".repeat(65), "é"].map(
      (key) =>
        [
          "refused",
          `the key ${JSON.stringify(key).slice(0, 20)}`,
          (attack: Attack) =>
            attack.ask(
              attack.victim.once.query,
              { input: { project: attack.own.ids.prj, name: attack.marker, expr: "up" } },
              { headers: { "idempotency-key": encodeURI(key) } },
            ),
        ] as const,
    ),
  ]),
];
