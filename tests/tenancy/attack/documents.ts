import type { Attack } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";

const raw = (what: string, body: (attack: Attack) => string, headers: Readonly<Record<string, string>> = {}) =>
  ["refused", what, (attack: Attack) => attack.send(body(attack), { headers })] as const;
const variables = (what: string, query: string, values: (attack: Attack) => string) =>
  raw(what, (attack) => `{"query":${JSON.stringify(query)},"variables":${values(attack)}}`);
const node = "query ($id: ID!) { node(id: $id) { id ... on Project { name description } } }";
const create = `mutation ($input: AlertingRuleCreateInput!) { alertingRuleCreate(input: $input) { alertingRule { id } userErrors { code } } }`;
const quoted = (text: string | undefined) => JSON.stringify(text);
const theirs = ({ victim }: Attack) => quoted(victim.ids.prj);
const own = ({ own: { ids } }: Attack) => quoted(ids.prj);

/** Documents and values of the wrong shape, that mean one thing to who judges and another to who acts. */
export const documents: readonly Attempt[] = attempts("documents", [
  variables("an id as a list", node, (attack) => `{"id":[${theirs(attack)}]}`),
  variables("an id as an object", node, (attack) => `{"id":{"$ne":null,"id":${theirs(attack)}}}`),
  variables("an id as a number", node, () => `{"id":1}`),
  variables("an id as true", node, () => `{"id":true}`),
  variables("an id as null", node, () => `{"id":null}`),
  variables("no id", node, () => "{}"),
  variables("the same variable twice", node, (attack) => `{"id":"x","id":${theirs(attack)}}`),
  variables("__proto__ as a variable", node, (attack) => `{"__proto__":{"id":${theirs(attack)}}}`),
  variables("an id with a space", node, (attack) => `{"id":${theirs(attack).replace(/"$/, ' "')}}`),
  variables("an id in capitals", node, (attack) => `{"id":${theirs(attack).toUpperCase()}}`),
  variables("an id with a null byte", node, (attack) => `{"id":${theirs(attack).replace(/"$/, '\\u0000"')}}`),
  variables("two ids in one", node, (attack) => `{"id":${quoted(`${attack.own.ids.prj},${attack.victim.ids.prj}`)}}`),
  variables("an id with a wildcard", node, () => `{"id":"prj_%"}`),
  variables("an id with SQL", node, () => `{"id":"prj_' OR 1=1 -- "}`),
  variables("a prefix of another kind", node, (attack) => `{"id":${theirs(attack).replace("prj_", "aud_")}}`),
  variables(
    "a project as a list of both",
    create,
    (attack) => `{"input":{"project":[${own(attack)},${theirs(attack)}],"name":"${attack.marker}","expr":"up"}}`,
  ),
  variables(
    "a project twice",
    create,
    (attack) =>
      `{"input":{"project":${own(attack)},"project":${theirs(attack)},"name":"${attack.marker}","expr":"up"}}`,
  ),
  variables(
    "a project as __proto__",
    create,
    (attack) => `{"input":{"__proto__":{"project":${theirs(attack)}},"name":"${attack.marker}","expr":"up"}}`,
  ),
  variables(
    "constructor as a field",
    create,
    (attack) =>
      `{"input":{"constructor":{"prototype":{"project":${theirs(attack)}}},"project":${own(attack)},"name":"${attack.marker}","expr":"up"}}`,
  ),
  variables(
    "projectId, as the database calls it",
    create,
    (attack) =>
      `{"input":{"project":${own(attack)},"projectId":${theirs(attack)},"name":"${attack.marker}","expr":"up"}}`,
  ),
  variables(
    "the expression as it is to run",
    create,
    (attack) =>
      `{"input":{"project":${own(attack)},"enforcedExpr":"victim_secret","name":"${attack.marker}","expr":"up"}}`,
  ),
  variables(
    "an id of one's choice",
    create,
    (attack) =>
      `{"input":{"id":${quoted(attack.victim.ids.rul)},"project":${own(attack)},"name":"${attack.marker}","expr":"up"}}`,
  ),
  variables(
    "labels as a list",
    create,
    (attack) => `{"input":{"project":${own(attack)},"name":"${attack.marker}","expr":"up","labels":[{"project":"x"}]}}`,
  ),
  variables(
    "labels with an object in them",
    create,
    (attack) =>
      `{"input":{"project":${own(attack)},"name":"${attack.marker}","expr":"up","labels":{"a":{"project":"x"}}}}`,
  ),
  variables(
    "labels with __proto__",
    create,
    (attack) => `{"input":{"project":${own(attack)},"name":"${attack.marker}","expr":"up","labels":{"__proto__":"x"}}}`,
  ),
  variables(
    "labels with __proto__ as an object",
    create,
    (attack) =>
      `{"input":{"project":${own(attack)},"name":"${attack.marker}","expr":"up","labels":{"__proto__":{"project":"x"}}}}`,
  ),
  variables(
    "labels as a text",
    create,
    (attack) =>
      `{"input":{"project":${own(attack)},"name":"${attack.marker}","expr":"up","labels":"{\\"project\\":\\"x\\"}"}}`,
  ),
  variables(
    "an expression as an object",
    create,
    (attack) => `{"input":{"project":${own(attack)},"name":"${attack.marker}","expr":{"toString":"up"}}}`,
  ),
  variables(
    "a name as a list",
    create,
    (attack) => `{"input":{"project":${own(attack)},"name":["${attack.marker}"],"expr":"up"}}`,
  ),
  raw(
    "two operations, the second on the victim's",
    (attack) => `{"query":"query a { viewer { name } } query b { node(id: \\"${attack.victim.ids.prj}\\") { id } }"}`,
  ),
  raw(
    "a batch",
    (attack) => `[{"query":"{ viewer { name } }"},{"query":"{ node(id: \\"${attack.victim.ids.prj}\\") { id } }"}]`,
  ),
  raw(
    "a query that was kept",
    () => `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${"0".repeat(64)}"}}}`,
  ),
  raw("half a body", () => '{"query":'),
  raw("a body that is no object", () => '"{ viewer { name } }"'),
  raw("a body in another alphabet", () => '{"query":"{ viewer { name } }"}', {
    "content-type": "application/json; charset=utf-16",
  }),
  raw("a form", (attack) => `query=${encodeURIComponent(`{ node(id: "${attack.victim.ids.prj}") { id } }`)}`, {
    "content-type": "application/x-www-form-urlencoded",
  }),
  raw("plain text", () => '{"query":"{ viewer { name } }"}', { "content-type": "text/plain" }),
  raw(
    "fragments in a circle",
    () => '{"query":"{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }"}',
  ),
  raw("a field that is not there", () => '{"query":"{ project(name: \\"attacker\\") { secrets } }"}'),
  raw(
    "a stored secret's place",
    () => '{"query":"{ project(name: \\"attacker\\") { contactGroups { nodes { contacts { secretId } } } } }"}',
  ),
  raw("a type that a caller may not have guessed", () => '{"query":"{ projcts { nodes { id } } }"}'),
  [
    "refused",
    "a directive that lets a refusal be",
    (attack) =>
      attack.ask("query ($id: ID!, $no: Boolean!) { node(id: $id) @include(if: true) @skip(if: $no) { id } }", {
        id: attack.victim.ids.prj,
        no: false,
      }),
  ],
  [
    "refused",
    "a mutation and a refusal in one document",
    (attack) =>
      attack.ask(
        "mutation ($a: ID!, $b: ID!) { a: scrapeJobUpdate(id: $a, input: { enabled: false }) { userErrors { code } } b: scrapeJobDelete(id: $b) { deletedId } }",
        {
          a: attack.victim.ids.job,
          b: attack.victim.ids.probe,
        },
      ),
  ],
  [
    "refused",
    "the victim's under a hundred aliases",
    (attack) =>
      attack.ask(
        `query ($id: ID!) { ${Array.from({ length: 20 }, (_, index) => `a${index}: node(id: $id) { id }`).join(" ")} }`,
        { id: attack.victim.ids.prj },
      ),
  ],
  [
    "harmless",
    "the schema, for what is not told elsewhere",
    (attack) => attack.ask("{ __schema { types { name fields { name } } } }"),
  ],
  [
    "harmless",
    "typenames all the way",
    (attack) =>
      attack.ask("{ __typename viewer { __typename memberships { __typename project { __typename name } } } }"),
  ],
  [
    "refused",
    "by GET",
    (attack) =>
      attack.request("GET", `/graphql?query=${encodeURIComponent(`{ node(id: "${attack.victim.ids.prj}") { id } }`)}`, {
        authorization: `Bearer ${attack.own.tokens.ADMIN}`,
      }),
  ],
]);
