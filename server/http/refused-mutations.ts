import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
} from "graphql";
import type { Caller } from "../access/caller.js";
import type { Refusal } from "../audit/refusal-log.js";
import { AppError, type ErrorCode } from "../core/errors.js";
import type { UserError } from "../graph/user-error.js";

/** Told of each mutation that was refused, before its caller is; its promise must not reject. */
export type OnRefused = (caller: Caller, refusal: Refusal) => Promise<void>;

type MutationField = GraphQLField<unknown, Caller>;
type Arguments = Readonly<Record<string, unknown>>;

/** What a payload tells of mistakes: in all, and in each object where it is about several. */
interface Mistaken {
  readonly userErrors?: readonly UserError[];
  readonly results?: readonly { readonly id: string; readonly userErrors: readonly UserError[] }[];
}

/**
 * Watches every mutation of the schema: those that fail because they may not be, and those that answer with mistakes.
 * Dry runs are no attempts to change anything.
 */
export function watchRefusals(schema: GraphQLSchema, onRefused: OnRefused): void {
  const fields: MutationField[] = Object.values(schema.getMutationType()?.getFields() ?? {});
  for (const field of fields) {
    const { resolve } = field;
    if (resolve === undefined) throw new Error(`The mutation ${field.name} has no resolver.`);
    const tell = async (caller: Caller, args: Arguments, reason: string | null, target = targetIn(args)) => {
      if (reason === null || args.dryRun === true) return;
      await onRefused(caller, { mutation: field.name, target, reason });
    };
    field.resolve = async (source, args, caller, info) => {
      let answer: unknown;
      try {
        answer = await resolve(source, args, caller, info);
      } catch (error) {
        await tell(caller, args, reasonOfError(field, error));
        throw error;
      }
      const { userErrors = [], results = [] } = Object(answer) as Mistaken;
      const refused = results.filter((result) => result.userErrors.some(isRefusal));
      const mistakes = [...userErrors, ...refused.flatMap((result) => result.userErrors.filter(isRefusal))];
      await tell(caller, args, reasonOfMistakes(schema, field, mistakes), refused[0]?.id);
      return answer;
    };
  }
}

/** Where mutations name what they are about; the project is all that there is of what would be new. */
const targetPaths = [
  ["id"],
  ["of", "ids", "0"],
  ["auditEntry"],
  ["input", "alerts", "0"],
  ["input", "acknowledgements", "0"],
  ["input", "project"],
  ["input", "memberships", "0", "project"],
];

/** Short enough for its column, and of no letters that could mean anything to whoever reads it. */
const idShape = /^[a-z]{3}_[0-9a-z-]{1,36}$/;

function targetIn(args: Arguments): string {
  const given = targetPaths.map((path) =>
    path.reduce<unknown>((value, key) => (Object(value) as Record<string, unknown>)[key], args),
  );
  return given.find((id): id is string => typeof id === "string" && idShape.test(id)) ?? "";
}

/** The refusals whose messages are all our own words. What fails for want of a server or of sense was not refused. */
const withMessage: ReadonlySet<ErrorCode> = new Set(["FORBIDDEN", "NOT_FOUND", "CONFLICT", "RATE_LIMITED"]);

function isRefusal({ code }: UserError): boolean {
  return code !== "UNAVAILABLE";
}

function reasonOfError(field: MutationField, error: unknown): string | null {
  if (!(error instanceof AppError)) return null;
  if (withMessage.has(error.code)) return `${error.code}: ${error.message}`;
  if (error.code !== "BAD_USER_INPUT") return null;
  const { path } = error.details;
  return `BAD_USER_INPUT: An argument cannot be read${Array.isArray(path) ? placed(field, [path]) : ""}.`;
}

function reasonOfMistakes(
  schema: GraphQLSchema,
  field: MutationField,
  userErrors: readonly UserError[],
): string | null {
  if (userErrors.length === 0) return null;
  const type = schema.getType("UserErrorCode");
  const codes = [...new Set(userErrors.map(({ code }) => code))].map((code) => {
    const meaning = isEnumType(type) ? type.getValue(code)?.description?.replace(/\.$/, "") : undefined;
    const paths = userErrors.filter((mistake) => mistake.code === code).map(({ path }) => path);
    return `${code}: ${meaning ?? "It was not accepted"}${placed(field, paths)}.`;
  });
  return codes.join(" ");
}

const mostPlaces = 5;

/** The places among the arguments, as far as the schema knows them: further on come names that the caller gave. */
function placed(field: MutationField, paths: readonly (readonly string[])[]): string {
  const places = [...new Set(paths.map((path) => knownPath(field, path)))].filter((place) => place !== "");
  if (places.length === 0) return "";
  const more = places.length > mostPlaces ? ` and ${places.length - mostPlaces} more` : "";
  return ` (${places.slice(0, mostPlaces).join(", ")}${more})`;
}

function knownPath({ args }: MutationField, path: readonly string[]): string {
  const known: string[] = [];
  let type: GraphQLInputType | undefined;
  for (const [index, key] of path.entries()) {
    type = index === 0 ? args.find(({ name }) => name === key)?.type : type && below(type, key);
    if (type === undefined) break;
    known.push(key);
  }
  return known.join(".");
}

function below(type: GraphQLInputType, key: string): GraphQLInputType | undefined {
  const inner = getNullableType(type);
  if (isListType(inner)) return /^\d+$/.test(key) ? inner.ofType : undefined;
  return isInputObjectType(inner) ? inner.getFields()[key]?.type : undefined;
}
