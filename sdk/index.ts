/**
 * The typed client of the metricsinfra graph. Begin with `createClient`.
 *
 * @module
 */
export type { ChangedProject, ChangePage, ChangesArguments, ProjectConfig } from "./changes.js";
export { type Client, createClient, type VariablesOf } from "./client.js";
export { type OperationKind, type TypedDocument, TypedDocumentString } from "./document.js";
export {
  AuthenticationError,
  ConflictError,
  ForbiddenError,
  type GraphError,
  InvalidRequestError,
  MetricsinfraError,
  NetworkError,
  NotFoundError,
  PaginationError,
  RateLimitError,
  SecretLostError,
  ServerError,
  TimeoutError,
  UpstreamUnavailableError,
  UserInputError,
} from "./errors.js";
export type * from "./generated/graph-types.js";
export type { ListArguments } from "./graph.js";

export type { ListAcknowledgementsArguments } from "./namespaces/acknowledgements.js";
export type { CountAlertHistoryArguments, ListAlertHistoryArguments } from "./namespaces/alert-history.js";
export type {
  FiringHoursArguments,
  ListAlertsArguments,
  WatchAlertEventsArguments,
  WatchAlertsArguments,
} from "./namespaces/alerts.js";
export type { ListAuditEntriesArguments, RestoreOptions } from "./namespaces/audit.js";
export type { ListContactGroupsArguments } from "./namespaces/contact-groups.js";
export type { ListProjectGlobalRulesArguments, OverrideOf } from "./namespaces/global-rules.js";
export type { ListProjectsArguments } from "./namespaces/projects.js";
export type { RolloutOfRevision, WaitForRolloutOptions } from "./namespaces/rollouts.js";
export type { ListRulesArguments, Rule } from "./namespaces/rules.js";
export type { ListScrapeJobsArguments } from "./namespaces/scrape-jobs.js";

export type {
  ListSilencedAlertsArguments,
  ListSilencesArguments,
  WatchSilenceEventsArguments,
  WatchSilencesArguments,
} from "./namespaces/silences.js";

export type { ListTargetsArguments } from "./namespaces/targets.js";
export type {
  CallOptions,
  ClientHooks,
  ClientOptions,
  ConfigWriteOptions,
  RemoveOptions,
  RequestEvent,
  ResponseEvent,
  RetryEvent,
  WriteOptions,
} from "./options.js";
export type { Page, PageArguments, Paginated } from "./paginated.js";
export type { RetryOptions } from "./retry.js";
export type { Scalars } from "./scalars.js";
export type { SubscribeOptions } from "./subscription.js";
export type { RawAnswer } from "./transport.js";
export type { Payload, WriteResult, Written } from "./write.js";
