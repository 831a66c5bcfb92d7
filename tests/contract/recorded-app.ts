import { expect } from "vitest";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase, type SqliteSettings } from "../support/databases.js";
import type { Answer } from "../support/post-graphql.js";

/** The real server, with all that it answers and logs. */
export interface RecordedApp extends TestApp {
  readonly database: SqliteSettings;
  readonly answers: readonly Answer[];
  readonly logLines: readonly string[];
  /** Sends an operation as the operator, unless told otherwise, under the request id "id". */
  ask(query: string, variables?: object, token?: string | null): Promise<Answer>;
}

/** Starts it on an empty SQLite database. */
export async function startRecordedApp(settings: TestSettings = {}): Promise<RecordedApp> {
  const database = await createSqliteDatabase();
  const logLines: string[] = [];
  const answers: Answer[] = [];
  const app = await startApp(database, { ...settings, onLog: (line) => logLines.push(line) });
  return {
    ...app,
    database,
    answers,
    logLines,
    ask: async (query, variables = {}, token = app.operator) => {
      const answer = await app.graphql(token, query, variables, { "x-request-id": "id" });
      answers.push(answer);
      return answer;
    },
  };
}

/** Expects that nothing answered or logged so far tells of the inside, and that the log repeats no value. */
export function expectNothingLeaked({ answers, logLines }: RecordedApp, values: RegExp): void {
  const leaks = /"(stacktrace|exception|stack)":|node_modules|\.[jt]s:\d|SQLITE|SELECT /;
  expect(answers.filter((answer) => leaks.test(JSON.stringify(answer)))).toEqual([]);
  const extensions = answers.flatMap(({ errors = [] }) => errors.map((error) => error.extensions));
  const incomplete = extensions.filter(({ code, requestId }) => !/^[A-Z_]+$/.test(String(code)) || requestId !== "id");
  expect(incomplete).toEqual([]);
  expect(logLines.filter((line) => values.test(line) || /mi_[\w-]{20}|[Bb]earer /.test(line))).toEqual([]);
}

/** The codes of an answer's errors. */
export const codesOf = ({ errors = [] }: Answer): unknown[] => errors.map(({ extensions }) => extensions.code);

/** The messages of an answer's errors. */
export const messagesOf = ({ errors = [] }: Answer): string[] => errors.map(({ message }) => message);
