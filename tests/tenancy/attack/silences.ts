import type { Attack } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";
import { sameAnswer, unknownLike } from "./same-answer.js";

type Matcher = { name: string; value: string; isRegex?: boolean; isEqual?: boolean };
const on = (value: string, more: Partial<Matcher> = {}): Matcher => ({ name: "project", value, ...more });
const alertname = { name: "alertname", value: ".+", isRegex: true };
const regex = { isRegex: true };
const not = { isEqual: false };

const create = (attack: Attack, matchers: readonly Matcher[], more: object = {}) =>
  attack.call("silenceCreate", { input: { matchers, duration: "1h", comment: attack.marker, ...more } });

/** Matchers that would keep the victim's alerts quiet, or might. */
const sets: readonly (readonly [what: string, matchers: (attack: Attack) => readonly Matcher[]])[] = [
  ["the victim's project", ({ victim }) => [on(victim.name)]],
  ["the victim's project among all alerts", ({ victim }) => [on(victim.name), alertname]],
  ["no project", () => [alertname]],
  ["the victim's alert and no project", ({ victim }) => [{ name: "alertname", value: victim.alertname }]],
  ["an empty project", () => [on(""), alertname]],
  ["every project but one's own", () => [on("attacker", not), alertname]],
  ["every project but none", () => [on("", not)]],
  ["any project, by a pattern", () => [on(".*", regex), alertname]],
  ["any project with a name, by a pattern", () => [on(".+", regex)]],
  ["both projects, by a pattern", ({ victim }) => [on(`attacker|${victim.name}`, regex)]],
  ["one's own project or all, by a pattern", () => [on("attacker|.*", regex)]],
  ["one's own project, by a pattern", () => [on("attacker", regex)]],
  ["one's own project, by a pattern with anchors", () => [on("^(?:attacker)$|.+", regex)]],
  ["not a pattern that fits nothing", () => [on("x{0}y", { ...regex, ...not }), alertname]],
  ["not one's own, by a pattern", () => [on("attacker", { ...regex, ...not })]],
  ["one's own and the victim's", ({ victim }) => [on("attacker"), on(victim.name)]],
  ["one's own twice", () => [on("attacker"), on("attacker")]],
  ["one's own and not nothing", () => [on("attacker"), on("", not)]],
  ["one's own and any pattern", () => [on("attacker"), on(".*", regex)]],
  ["one's own in capitals", () => [on("Attacker"), alertname]],
  ["one's own with a space", () => [on("attacker "), alertname]],
  ["one's own with a null byte", () => [on("attacker\u0000"), alertname]],
  ["one's own with a template", () => [on("{{ attacker }}"), alertname]],
  ["a label that looks like project", () => [{ name: "\u0440roject", value: "attacker" }, alertname]],
  ["a label Project", () => [{ name: "Project", value: "attacker" }, alertname]],
  ["a label project with a space", () => [{ name: "project ", value: "attacker" }, alertname]],
  ["a label project in quotes", () => [{ name: '"project"', value: "attacker" }, alertname]],
  ["a label of no name", () => [{ name: "", value: "attacker" }, alertname]],
  ["a label with a matcher in it", ({ victim }) => [{ name: `project="${victim.name}",x`, value: "attacker" }]],
  ["no matchers", () => []],
  ["matchers that fit what is absent", () => [{ name: "x", value: "", isEqual: true }]],
  ["a project that does not exist", () => [on("nobody-has-this-name")]],
];

/** What the victim's silence passes, and none of one's own. */
const filters: readonly (readonly [what: string, filter: (attack: Attack) => object])[] = [
  ["of the victim's project", ({ victim }) => ({ projects: [victim.name] })],
  ["for the victim's alert", ({ victim }) => ({ labels: { project: victim.name, alertname: victim.alertname } })],
  ["not one's own to expire", () => ({ viewerCanEdit: false })],
];

const id = ({ victim }: Attack) => victim.ids.sil ?? "";
const update = (what: string, input: (attack: Attack) => object, of: (attack: Attack) => string = id) =>
  [
    "refused",
    `update ${what}`,
    (attack: Attack) => attack.call("silenceUpdate", { id: of(attack), input: input(attack) }),
  ] as const;
const own = ({ own: { ids } }: Attack) => ids.sil ?? "";

/** Silences for others' alerts, and others' silences. */
export const silences: readonly Attempt[] = attempts("silences", [
  ...sets.map(
    ([what, matchers]) => ["refused", `for ${what}`, (attack: Attack) => create(attack, matchers(attack))] as const,
  ),
  ...sets
    .filter(([what]) => !["one's own twice", "no matchers"].includes(what))
    .map(([what, matchers]) => update(`one's own to ${what}`, (attack) => ({ matchers: matchers(attack) }), own)),
  [
    "refused",
    "for one's project, with a matcher on the victim's",
    (attack) => create(attack, [on(attack.victim.name)], { project: attack.own.ids.prj }),
  ],
  [
    "refused",
    "for one's project, with a pattern on any",
    (attack) => create(attack, [on(".*", regex)], { project: attack.own.ids.prj }),
  ],
  [
    "refused",
    "for the victim's project by its id",
    (attack) => create(attack, [alertname], { project: attack.victim.ids.prj }),
  ],
  [
    "refused",
    "for the victim's project by its id, with a matcher on one's own",
    (attack) => create(attack, [on("attacker")], { project: attack.victim.ids.prj }),
  ],
  [
    "refused",
    "as a reader of one's own project",
    (attack) =>
      attack.call(
        "silenceCreate",
        { input: { matchers: [on("attacker")], duration: "1h", comment: attack.marker } },
        { as: "VIEWER" },
      ),
  ],
  [
    "refused",
    "in a cluster of another name",
    (attack) => create(attack, [on("attacker"), alertname], { cluster: "../main" }),
  ],
  ["refused", "for ever", (attack) => create(attack, [on("attacker"), alertname], { duration: "100y" })],
  [
    "refused",
    "with fifty-one matchers",
    (attack) =>
      create(attack, [
        on("attacker"),
        ...Array.from({ length: 50 }, (_, index) => ({ name: `l${index}`, value: "x" })),
      ]),
  ],
  [
    "refused",
    "with a comment of two megabytes",
    (attack) => create(attack, [on("attacker"), alertname], { comment: "x".repeat(200_000) }),
  ],
  [
    "refused",
    "with a pattern that others read otherwise",
    (attack) => create(attack, [on("attacker"), { name: "x", value: "(?=a)", isRegex: true }]),
  ],
  [
    "harmless",
    "for one's own project and the victim's alert",
    (attack) => create(attack, [on("attacker"), { name: "alertname", value: attack.victim.alertname }]),
  ],
  [
    "harmless",
    "for one's own project, with a value that ends its quotes",
    (attack) =>
      create(attack, [on("attacker"), { name: "x", value: `"},{name="project",value="${attack.victim.name}"` }]),
  ],
  [
    "harmless",
    "for one's own project, with a template as its comment",
    (attack) =>
      create(attack, [on("attacker"), { name: "x", value: "y" }], { comment: `${attack.marker} {{ query "x" }}` }),
  ],
  update("the victim's: its comment", ({ marker }) => ({ comment: marker })),
  update("the victim's: as it is", () => ({})),
  update("the victim's: to one's own project", () => ({ matchers: [on("attacker")] })),
  update("the victim's: to end now", () => ({ endsAt: new Date(Date.now() + 2_000).toISOString() })),
  update("the victim's: with a version", () => ({ comment: "x", expectedUpdatedAt: "2020-01-01T00:00:00Z" })),
  [
    "refused",
    "extend the victim's",
    (attack) =>
      sameAnswer(attack, id(attack), unknownLike(id(attack)), (which) =>
        attack.call("silenceExtend", { id: which, input: { duration: "1h" } }),
      ),
  ],
  [
    "refused",
    "expire the victim's among many",
    (attack) =>
      sameAnswer(attack, id(attack), unknownLike(id(attack)), (which) =>
        attack.call("silencesExpire", { of: { ids: [which, unknownLike(own(attack))] } }),
      ),
  ],
  [
    "refused",
    "extend the victim's among many",
    (attack) =>
      sameAnswer(attack, id(attack), unknownLike(id(attack)), (which) =>
        attack.call("silencesExtend", { of: { ids: [which] }, input: { duration: "1h" } }),
      ),
  ],
  ...filters.map(
    ([what, filter]) =>
      [
        "refused",
        `expire what is ${what}`,
        (attack: Attack) =>
          attack.call("silencesExpire", { of: { matching: { filter: filter(attack), expectedCount: 1 } } }),
      ] as const,
  ),
  [
    "refused",
    "preview a change of the victim's",
    (attack) =>
      sameAnswer(attack, id(attack), unknownLike(id(attack)), (which) =>
        attack.call("silencePreview", { input: { silence: which } }),
      ),
  ],
  [
    "refused",
    "preview one for the victim's project by its id",
    (attack) => attack.call("silencePreview", { input: { project: attack.victim.ids.prj, matchers: [] } }),
  ],
  ...sets.map(
    ([what, matchers]) =>
      [
        "harmless",
        `preview one for ${what}`,
        (attack: Attack) => attack.call("silencePreview", { input: { matchers: matchers(attack) } }),
      ] as const,
  ),
  [
    "refused",
    "expire the victim's",
    (attack) =>
      sameAnswer(attack, id(attack), unknownLike(id(attack)), (which) => attack.call("silenceExpire", { id: which })),
  ],
  [
    "refused",
    "expire the victim's, as a member",
    (attack) => attack.call("silenceExpire", { id: id(attack) }, { as: "MEMBER" }),
  ],
  [
    "refused",
    "expire by what Alertmanager calls it",
    (attack) => attack.call("silenceExpire", { id: "00000000-0000-0000-0000-000000000000" }),
  ],
  ["refused", "expire by a path", (attack) => attack.call("silenceExpire", { id: `${own(attack)}/../${id(attack)}` })],
  [
    "refused",
    "twice in one document: one's own, then the victim's",
    async (attack) => {
      const query = `mutation ($own: ID!, $theirs: ID!, $text: String) { a: silenceUpdate(id: $theirs, input: { comment: $text }) { userErrors { code } }
      b: silenceExpire(id: $theirs) { userErrors { code } } }`;
      return attack.ask(query.replace("$own: ID!, ", ""), { theirs: id(attack), text: attack.marker });
    },
  ],
]);
