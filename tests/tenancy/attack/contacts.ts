import type { Attack, Reply } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";

const group = (attack: Attack, contacts: readonly object[], more: object = {}): Promise<Reply> =>
  attack.call("contactGroupCreate", { input: { project: attack.own.ids.prj, name: attack.marker, contacts, ...more } });
const contact = (type: string) => (value: string) =>
  ["refused", `${type}: ${JSON.stringify(value)}`, (attack: Attack) => group(attack, [{ type, value }])] as const;
const slack = (secret: string) =>
  [
    "refused",
    `SLACK: to ${JSON.stringify(secret)}`,
    (attack: Attack) => group(attack, [{ type: "SLACK", value: "#x", secret }]),
  ] as const;
const secret = (text: string) =>
  [
    "refused",
    `a secret ${JSON.stringify(text)}`,
    (attack: Attack) => group(attack, [{ type: "WEBHOOK", value: `${attack.own.receiver.url}/x`, secret: text }]),
  ] as const;
const name = (what: string, text: (attack: Attack) => string) =>
  ["refused", `a group named ${what}`, (attack: Attack) => group(attack, [], { name: text(attack) })] as const;
const update = (attack: Attack, id: string | undefined, input: object) =>
  attack.call("contactGroupUpdate", { id, input });

/** Who is told of alerts, by what, and with whose secret. */
export const contacts: readonly Attempt[] = attempts("contacts", [
  ...[
    "http://127.0.0.1:9093/-/reload",
    "http://127.0.0.1/",
    "http://localhost/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[::ffff:7f00:1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://0/",
    "http://127.0.0.2@127.0.0.1/",
    "http://127.0.0.2:80:90/",
    "http://127.0.0.1\\@127.0.0.2/",
    "http://127.0.0.2\\.127.0.0.1/",
    "http:/\\127.0.0.1/",
    "http:///127.0.0.1/",
    "http:127.0.0.1",
    "//127.0.0.1/",
    "HTTP://127.0.0.1/",
    "ftp://127.0.0.2/",
    "file:///etc/passwd",
    "gopher://127.0.0.2/",
    "javascript:alert(1)",
    "unix:///run/x",
    "http://127.0.0.2/#@127.0.0.1",
    "http://127.0.0.2/\r\nHost: 127.0.0.1",
    "http://127.0.0.2/ HTTP/1.1",
    "http://127.0.0.2/{{ .CommonLabels.project }}",
    "http://127.0.0.2/%zz",
    "http://127.0.0.2/é",
    "http://%31%32%37.0.0.1/",
    "http://127。0。0。1/",
    "",
  ].map(contact("WEBHOOK")),
  ...[
    "a@example.org\r\nBcc: b@example.org",
    "a@example.org,b@example.org",
    "A <a@example.org>",
    "{{ .CommonLabels.project }}@example.org",
    '{{ template "x" }}',
    '"a b"@example.org',
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    "a@localhost\n",
    "@example.org",
  ].map(contact("EMAIL")),
  ...["#../../x", "#a/b", "#a?b", "#a b", "#{{x}}", "#..", "#a\r\nPRIVMSG #b", "x", "#a,b"].map(contact("IRC")),
  ...["PHID-PROJ-x&phid=PHID-USER-y", "x", "PHID-PROJ-aaaaaaaaaaaaaaaaaaaa&x=y", "{{ x }}"].map(contact("PHABRICATOR")),
  ...[
    "http://127.0.0.1/x",
    "http://169.254.169.254/x",
    "http://127.0.0.2/{{ x }}",
    "file:///x",
    "http://127.0.0.2/\nx",
    "https://hooks.slack.com@127.0.0.1/x",
  ].map(slack),
  ...["a\r\nX: y", "a b", "{{ x }}", "/etc/passwd\n", ""].map(secret),
  name("as a path", () => "../../secrets/x"),
  name("as the victim and a slash", ({ victim }) => `${victim.name}/own`),
  name("as a template", ({ marker }) => `{{ ${marker} }}`),
  name("in two lines", ({ marker }) => `${marker}\n- name: x`),
  [
    "refused",
    "keep a secret that is another's, by its address",
    (attack) =>
      update(attack, attack.own.ids.cgr, {
        contacts: [{ type: "WEBHOOK", value: attack.victim.webhook, keepSecret: true }],
      }),
  ],
  [
    "refused",
    "keep one's secret for another address",
    (attack) =>
      update(attack, attack.own.ids.cgr, {
        contacts: [{ type: "WEBHOOK", value: `${attack.own.receiver.url}/other`, keepSecret: true }],
      }),
  ],
  [
    "refused",
    "keep a secret in a new group",
    (attack) => group(attack, [{ type: "WEBHOOK", value: attack.victim.webhook, keepSecret: true }]),
  ],
  [
    "refused",
    "keep a secret of another type",
    (attack) => update(attack, attack.own.ids.cgr, { contacts: [{ type: "SLACK", value: "#x", keepSecret: true }] }),
  ],
  [
    "refused",
    "keep a secret and give one",
    (attack) =>
      update(attack, attack.own.ids.cgr, {
        contacts: [{ type: "WEBHOOK", value: `${attack.own.receiver.url}/own`, keepSecret: true, secret: "x" }],
      }),
  ],
  [
    "refused",
    "name the place where a secret is kept",
    (attack) =>
      group(attack, [
        { type: "WEBHOOK", value: `${attack.own.receiver.url}/x`, secretId: "sec_01h455vb4pex5vsknk084sn02q" },
      ]),
  ],
  [
    "refused",
    "the victim's group as one's default",
    (attack) =>
      attack.call("projectUpdate", { id: attack.own.ids.prj, input: { defaultContactGroup: attack.victim.ids.cgr } }),
  ],
  [
    "refused",
    "the victim's group made the default",
    (attack) => update(attack, attack.victim.ids.cgr, { makeDefault: true }),
  ],
  [
    "refused",
    "one's own group as the victim's default",
    (attack) =>
      attack.call("projectUpdate", { id: attack.victim.ids.prj, input: { defaultContactGroup: attack.own.ids.cgr } }),
  ],
  [
    "refused",
    "one's address among the victim's",
    (attack) =>
      update(attack, attack.victim.ids.cgr, {
        contacts: [{ type: "WEBHOOK", value: `${attack.own.receiver.url}/theirs` }],
      }),
  ],
  [
    "refused",
    "more contacts than a group may have",
    (attack) =>
      group(
        attack,
        Array.from({ length: 51 }, (_, index) => ({ type: "EMAIL", value: `${attack.marker}-${index}@example.org` })),
      ),
  ],
  [
    "harmless",
    "the secret of one's own, as it is stored",
    (attack) =>
      attack.ask('{ project(name: "attacker") { contactGroups { nodes { contacts { secret secretProblem } } } } }'),
  ],
  [
    "harmless",
    "a group of the victim's group's shape",
    (attack) => group(attack, [{ type: "WEBHOOK", value: `${attack.own.receiver.url}/${attack.marker}` }]),
  ],
  ["harmless", "a group named in YAML", (attack) => group(attack, [], { name: `"]}, ${attack.marker}: &a *a` })],
  [
    "harmless",
    "a mail address with all that one may hold",
    (attack) => group(attack, [{ type: "EMAIL", value: `${attack.marker}{|}~!#$%&'*+=?^_\`@example.org` }]),
  ],
]);
