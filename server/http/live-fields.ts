import { BREAK, type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from "graphql";

/**
 * The fields whose answer follows from what is held in memory of the Alertmanagers and from the caller's roles, and from
 * nothing else. What is not here may read the database, or depend on who asks.
 */
export const liveFields: Readonly<Record<string, string>> = {
  Query: "alerts alertCounts alertGroups alertLabelNames alertLabelValues",
  Acknowledgement: `createdAt createdBy endReason endedAt expiresAt fingerprint handedOverBy id labels note owner quiet silences
    startsAt updatedAt version viewerCanEdit`,
  Alert: `acknowledgement annotations clusters endsAt fingerprint generatorURL id inhibitedBy labels mutedBy name receivers severity silencedBy
    startsAt state updatedAt`,
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
  SeverityCounts: "active severity suppressed total unprocessed",
  Silence: "cluster comment createdBy endsAt id matchers startsAt state updatedAt",
};
const known = new Map(Object.entries(liveFields).map(([type, fields]) => [type, new Set(fields.split(/\s+/))]));

/** Whether all that a document of one schema selects are live fields. */
export function isLiveDocument(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let isLive = true;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name: { value: name } }) {
        if (name === "__typename" || known.get(types.getParentType()?.name ?? "")?.has(name)) return undefined;
        isLive = false;
        return BREAK;
      },
    }),
  );
  return isLive;
}
