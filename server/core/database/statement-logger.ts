import type { Logger } from "typeorm";

/** Hands each SQL statement's text, without its parameters, to one listener. */
export class StatementLogger implements Logger {
  constructor(private readonly onStatement: (sql: string) => void) {}

  logQuery(query: string): void {
    this.onStatement(query);
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
