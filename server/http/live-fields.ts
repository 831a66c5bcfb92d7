import { BREAK, type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from "graphql";

/** The fields that answer what is live: something of each document whose answer is kept is below one of them. */
export const liveRoots: Readonly<Record<string, string>> = {
  Query: "alerts alertCounts alertGroups alertLabelNames alertLabelValues",
  Project: "alerts alertCounts alertGroups",
};

/**
 * The fields whose answer follows from what is held in memory of the Alertmanagers, from the caller's roles and from which
 * projects there are, and from nothing else. What is not here may read more of the database, or depend on who asks.
 */
export const liveFields: Readonly<Record<string, string>> = {
  Query: `${liveRoots.Query} project projects`,
  Acknowledgement: `createdAt createdBy endReason endedAt expiresAt fingerprint handedOverBy id labels note owner quiet silences
    startsAt updatedAt version viewerCanEdit`,
  Alert: `acknowledgement annotations clusters endsAt fingerprint generatorURL id inhibitedBy labels mutedBy name project receivers severity
    silencedBy startsAt state updatedAt`,
  AlertConnection: "counts edges isUnchanged nodes pageInfo revision totalCount",
  AlertCounts: "acknowledged active severities suppressed total unprocessed",
  AlertEdge: "cursor node",
  AlertGroup:
    "acknowledgement alerts commonAnnotations commonLabels counts id labels newestStartsAt oldestStartsAt receiver severity",
  AlertGroupConnection: "counts edges isUnchanged nodes pageInfo revision totalCount",
  AlertGroupEdge: "cursor node",
  AlertLabelName: "count name values",
  AlertLabelValue: "count value",
  GroupAcknowledgement: "acknowledged joinedSince total",
  Matcher: "isEqual isRegex name value",
  PageInfo: "endCursor hasNextPage hasPreviousPage startCursor",
  Project: `${liveRoots.Project} id name`,
  ProjectConnection: "edges nodes pageInfo totalCount",
  ProjectEdge: "cursor node",
  SeverityCounts: "active severity suppressed total unprocessed",
  Silence: "cluster comment createdBy endsAt id matchers startsAt state updatedAt",
};
const known = setsOf(liveFields);
const roots = setsOf(liveRoots);

/** Whether all that a document of one schema selects are live fields, and something of it is about what is live. */
export function isLiveDocument(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let [isLive, hasRoot] = [true, false];
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name: { value: name } }) {
        const type = types.getParentType()?.name ?? "";
        if (name !== "__typename" && !known.get(type)?.has(name)) {
          isLive = false;
          return BREAK;
        }
        hasRoot ||= roots.get(type)?.has(name) === true;
        return undefined;
      },
    }),
  );
  return isLive && hasRoot;
}

function setsOf(fields: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(Object.entries(fields).map(([type, names]) => [type, new Set(names.split(/\s+/))]));
}
