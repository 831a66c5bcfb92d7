import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { GlobalRole } from "./access/roles.js";
import { type App, makeApp } from "./app.js";
import { DatabaseError } from "./core/database/database-error.js";
import { type Log, makeLog } from "./core/log.js";
import { SettingsError } from "./core/settings-file.js";
import { printGraph } from "./http/schema.js";
import { commandLine } from "./own-callers.js";
import { NoKeyError } from "./secrets/secret-keys.js";
import { type Settings, serverSettings, settingsOf } from "./settings.js";

const program = new Command("metricsinfra-server").description("The GraphQL API of metricsinfra.").showHelpAfterError();
const settingsOption = () => new Option("-s, --settings <file>", "the YAML settings file").makeOptionMandatory();

program
  .command("serve", { isDefault: true })
  .description("Serve the graph until SIGTERM or SIGINT.")
  .addOption(settingsOption())
  .action(async ({ settings: file }: { settings: string }) => serve(serverSettings(file)));

program
  .command("check-settings")
  .description("Check the settings file and exit.")
  .addOption(settingsOption())
  .action(({ settings: file }: { settings: string }) => {
    serverSettings(file);
    console.log(`${file} is valid.`);
  });

program
  .command("token")
  .description("Create an API token with a role over all projects and print it: the first one, and the configurators'.")
  .addOption(settingsOption())
  .requiredOption("-n, --name <name>", "what it is for")
  .addOption(new Option("-r, --role <role>", "its role").choices(Object.keys(GlobalRole)).makeOptionMandatory())
  .option("-e, --expires <time>", "ISO-8601 time from which it is refused")
  .action(createToken);

program
  .command("rotate-secrets")
  .description(
    "Encrypt with the first key of secrets.keys every secret that is under another one, or not encrypted. Servers may run meanwhile (SQLite: may not), and it may be repeated.",
  )
  .addOption(settingsOption())
  .action(rotateSecrets);

program
  .command("prune-audit")
  .description(
    "Remove now the entries of the change log that are older than audit.retentionDays; servers do so once a day. They may run meanwhile (SQLite: may not).",
  )
  .addOption(settingsOption())
  .action(pruneAudit);

program.command("schema").description("Print the schema of the graph.").action(printSchema);

program.parseAsync().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});

/** What a person needs to mend it: for what we foresaw the message, for the rest all that is known. */
function messageOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ("code" in error && error.code === "EADDRINUSE" && "address" in error && "port" in error) {
    return `${error.address}:${error.port} is in use by another program.`;
  }
  const isForeseen = [SettingsError, DatabaseError, NoKeyError].some((foreseen) => error instanceof foreseen);
  return isForeseen ? error.message : error;
}

async function serve(settings: Settings): Promise<void> {
  const log = makeLog(settings.log.level);
  const app = await makeApp(settings, { log });
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // A terminal and a supervisor may both ask; once is enough.
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "Stopping");
    endAfter(2 * settings.shutdownSeconds, log);
    app.close().then(
      () => log.info("Stopped"),
      (error: unknown) => {
        log.error({ err: error }, "Stopping failed");
        process.exitCode = 1;
      },
    );
  };
  // Before anybody can know that we serve: who sees that we do may already want us to stop.
  process.on("SIGTERM", stop).on("SIGINT", stop);
  try {
    log.info({ url: await app.listen() }, "Serving");
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Ends the process if it lives so long: a database that says nothing would keep its connections from closing for ever. */
function endAfter(seconds: number, log: Log): void {
  const end = () => {
    log.error(`Stopping took longer than ${seconds} s`);
    process.exit(1);
  };
  setTimeout(end, seconds * 1_000).unref();
}

async function createToken(options: {
  settings: string;
  name: string;
  role: GlobalRole;
  expires?: string;
}): Promise<void> {
  const settings = serverSettings(options.settings);
  const expiresAt = options.expires === undefined ? null : new Date(options.expires);
  if (expiresAt && Number.isNaN(expiresAt.getTime())) throw new SettingsError("--expires must be an ISO-8601 time.");
  await withApp(settings, async ({ tokens }) => {
    const input = { name: options.name, globalRole: options.role, expiresAt };
    const { secret, userErrors } = await tokens.create(commandLine, input);
    if (secret === null)
      throw new SettingsError(userErrors.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
    console.log(secret);
  });
}

async function rotateSecrets(options: { settings: string }): Promise<void> {
  await withApp(serverSettings(options.settings), async ({ secrets }) => {
    const { contactGroups, keyId, reencrypted, problems, remaining } = await secrets.rotate(commandLine);
    console.log(`Contact groups whose secrets were not encrypted: ${contactGroups}`);
    console.log(`Secrets encrypted anew with the key "${keyId}": ${reencrypted}`);
    for (const [other, count] of remaining) console.log(`Secrets still under the key "${other}": ${count}`);
    if (remaining.size === 0) {
      console.log(
        `All secrets are under "${keyId}". Once every server has it as its first key, the others may be taken out of secrets.keys.`,
      );
      return;
    }
    for (const problem of problems) console.error(problem);
    const next =
      problems.length === 0
        ? `Another server still encrypts with another key: start it with "${keyId}" as its first`
        : "Mend what is named above, or have its owner give the secret anew";
    console.error(`Keep all keys. ${next}; then run this again.`);
    process.exitCode = 1;
  });
}

async function pruneAudit({ settings: file }: { settings: string }): Promise<void> {
  const settings = serverSettings(file);
  if (settings.audit.retentionDays === 0) {
    console.log("Nothing is removed: audit.retentionDays is 0, which keeps everything for ever.");
    return;
  }
  await withApp(settings, async ({ retention }) => {
    const pruned = await retention.prune(commandLine);
    if (pruned === null) throw new DatabaseError("A server is removing old entries already.");
    const { before, entries, secrets, apiTokens, acknowledgements } = pruned;
    console.log(
      `Removed ${entries} entries from before ${before.toISOString()}, ${apiTokens} API tokens and ${acknowledgements} acknowledgements that had ended by then, and ${secrets} secrets.`,
    );
  });
}

async function printSchema(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "metricsinfra-schema-"));
  try {
    const settings = settingsOf({
      database: { type: "sqlite", file: join(folder, "empty.sqlite") },
      log: { level: "silent" },
    });
    await withApp(settings, async ({ schema }) => void process.stdout.write(printGraph(schema)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function withApp(settings: Settings, work: (app: App) => Promise<void>): Promise<void> {
  const app = await makeApp(settings, { log: makeLog("silent"), randomBytes });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}
