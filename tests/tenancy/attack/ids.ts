import { existingIds } from "../../contract/existing-ids.js";
import { idPaths, operationOn, type RootField, rootFields, type ValueAt } from "../../contract/generated-operation.js";
import type { Attack } from "./attack.js";
import type { Attempt } from "./attempt.js";
import { operationsFor, schema, selectionOf } from "./graph.js";
import { sameAnswer, unknownLike } from "./same-answer.js";

const kind = "ids";
/** Every kind of id that the victim has; `gone` is of something that it deleted. */
const victimIds = ["prj", "cgr", "gone", "job", "probe", "rul", "rec", "tok", "sil", "alr", "alh", "ack", "aud"];
/** Here ids of any kind may be given. */
const anyKind = new Set(["node id", "nodes ids.0", "auditEntries filter.entityId"]);
/** Lists that are filtered by an id give nothing; whatever else takes one says that there is no such thing. */
const filters = new Set([
  "auditEntries",
  "alerts",
  "alertCounts",
  "alertGroups",
  "alertLabelNames",
  "alertLabelValues",
]);
const oneAtATime = [
  "Node",
  "Rule",
  "Project",
  "ContactGroup",
  "ScrapeJob",
  "AlertingRule",
  "RecordingRule",
  "ApiToken",
];

/** Each place of each operation that takes an id gets the victim's. */
export const ids: readonly Attempt[] = [
  ...[...rootFields(schema, "query"), ...rootFields(schema, "mutation")].flatMap(placesOf),
  ...[...oneAtATime, "Silence", "Alert", "AlertEpisode", "Acknowledgement", "AuditEntry"].map(asFragment),
  ...victimIds.map(amongOwn),
];

function placesOf(field: RootField): readonly Attempt[] {
  return idPaths(field).flatMap((path) => {
    const place = `${field.name} ${path.join(".")}`;
    return idsAt(field, path, place).map((id) => ({
      kind,
      what: `${place}: the victim's ${id}`,
      expected: filters.has(field.name) ? ("harmless" as const) : ("refused" as const),
      run: (attack: Attack) => {
        const theirs = attack.victim.ids[id] ?? "";
        return sameAnswer(attack, theirs, unknownLike(theirs), (which) => {
          const valueAt: ValueAt = (at, type) =>
            at.join(".") === path.join(".") ? which : ownValue(attack, field.name)(at, type);
          const { variables } = operationOn(field, valueAt, path);
          return attack.call(field.name, variables);
        });
      },
    }));
  });
}

function idsAt({ name }: RootField, path: readonly string[], place: string): readonly string[] {
  if (anyKind.has(place)) return victimIds;
  if (path.at(-1) === "defaultContactGroup") return ["cgr", "gone"];
  const asked = Object.fromEntries([...victimIds, "grl", "agt"].map((id) => [id, id]));
  const kindOfId = String(existingIds(asked, name)(path, "ID"));
  if (kindOfId === "grl" || kindOfId === "agt") return []; // they are nobody's secret; see the attempts on global rules
  if (kindOfId === "rul") return ["rul", "rec"];
  if (kindOfId === "cgr") return ["cgr", "gone"];
  return kindOfId === "job" ? ["job", "probe"] : [kindOfId];
}

function ownValue(attack: Attack, field: string): ValueAt {
  const own = existingIds(attack.own.ids, field);
  return (path, type) => (type === "String" ? attack.marker : own(path, type));
}

/** By a fragment on a type, with all fields of that type and two levels below. */
function asFragment(name: string): Attempt {
  return {
    kind,
    what: `nodes: all of the victim's ids in a fragment on ${name}`,
    expected: "refused",
    run: (attack) => {
      const type = schema.getType(name);
      if (type === undefined) throw new Error(`There is no ${name}.`);
      const all = victimIds.map((id) => attack.victim.ids[id] ?? "");
      const below = ["Project", "ApiToken", "AuditEntry", "Silence", "Alert", "Acknowledgement"].includes(name) ? 1 : 2;
      const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ...all } } fragment all on ${name}${selectionOf(type, below)}`;
      return attack.ask(query, { ids: all });
    },
  };
}

/** Between ids of one's own, twice, under aliases: a batch that is loaded at once must not be judged at once. */
function amongOwn(id: string): Attempt {
  return {
    kind,
    what: `nodes and node in one document: the victim's ${id} between one's own`,
    expected: "harmless",
    run: (attack) => {
      const theirs = attack.victim.ids[id] ?? "";
      return sameAnswer(attack, theirs, unknownLike(theirs), (which) => {
        const variables = { ids: [attack.own.ids.prj, which, attack.own.ids.job, which], id: which };
        return attack.ask(
          `query ($ids: [ID!]!, $id: ID!) { a: nodes(ids: $ids) { __typename id } b: node(id: $id) { id }
            own: project(name: "attacker") { id } c: node(id: $id) { ... on Rule { name project { name } } } }`,
          variables,
        );
      });
    },
  };
}

const neededVariables: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  alertLabelValues: { name: "project" },
  waitForRollout: { revision: 1, timeoutSeconds: 0 },
};
const variablesOf = (query: string) => neededVariables[query] ?? {};

/** Deep reads of everything that is one's own: nothing of others hangs on it. */
export const crawl: readonly Attempt[] = Object.keys(schema.getQueryType()?.getFields() ?? {})
  .filter(
    (name) =>
      ![
        "node",
        "nodes",
        "project",
        "expression",
        "silencePreview",
        "changedProjects",
        "deletedProjects",
        "revision",
        "egressPolicy",
        "capacityPlan",
        "shards",
        "shardMoves",
        "shardRebalancePlan",
      ].includes(name),
  )
  .flatMap((name) =>
    (["ADMIN", "MEMBER", "VIEWER"] as const).flatMap((as) =>
      operationsFor(name, variablesOf(name), 3).map((operation, part) => ({
        kind: "crawl",
        what: `${name}, as deep as it goes, as ${as}${part === 0 ? "" : ` (${part + 1})`}`,
        expected: name === "apiTokens" && as !== "ADMIN" ? ("refused" as const) : ("harmless" as const),
        run: (attack: Attack) => attack.ask(operation, variablesOf(name), { as }),
      })),
    ),
  );
