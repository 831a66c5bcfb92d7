import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders = ["server", "sdk", "configurator", "web", "migrations", "demo", "bench"];
const domains = [
  "secrets",
  "access",
  "audit",
  "projects",
  "egress",
  "contacts",
  "targets",
  "rules",
  "alerts",
  "silences",
  "rollout",
];
/** Contacts, targets and rules stand side by side: they share a rank, and may not import one another. */
const rank: Readonly<Record<string, number>> = {
  secrets: 0,
  access: 0,
  audit: 1,
  projects: 2,
  egress: 3,
  contacts: 4,
  targets: 4,
  rules: 4,
  alerts: 5,
  silences: 6,
  rollout: 7,
};

interface Source {
  readonly file: string;
  /** Without comments: examples in them are no code. */
  readonly text: string;
  /** Files of ours by their path from the root, packages by their name. */
  readonly imports: readonly string[];
}

const sources = folders.flatMap((folder) => filesBelow(join(root, folder))).map(read);
const byFile = new Map(sources.map((source) => [source.file, source]));

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "dist", "generated"].includes(entry.name) ? [] : filesBelow(path);
    return /\.(m?tsx?|mjs)$/.test(entry.name) ? [path] : [];
  });
}

function read(path: string): Source {
  const text = readFileSync(path, "utf8").replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const file = relative(root, path).replaceAll("\\", "/");
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\b[^"';]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm),
  ];
  const imports = specifiers.map((match) => resolve(file, match[1] ?? match[2] ?? match[3] ?? ""));
  return { file, text, imports };
}

function resolve(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return posix.join(dirname(file), specifier).replace(/\.js$/, ".ts");
}

/** Every import of a file for which `from` holds, that `forbidden` says must not be. */
function offences(from: (file: string) => boolean, forbidden: (imported: string, file: string) => boolean): string[] {
  return sources
    .filter(({ file }) => from(file))
    .flatMap(({ file, imports }) =>
      imports.filter((imported) => forbidden(imported, file)).map((imported) => `${file} -> ${imported}`),
    );
}

const within = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const isOurs = (imported: string) =>
  folders.some((folder) => within(folder)(imported)) ||
  imported.startsWith("@metricsinfra/") ||
  within("tests")(imported);
const domainOf = (file: string): string | undefined => domains.find((domain) => within(`server/${domain}`)(file));
const isResolver = (file: string) => /^server\/.*-resolver\.ts$/.test(file) && domainOf(file) !== undefined;
const isService = (file: string) => /^server\/.*-service\.ts$/.test(file) && domainOf(file) !== undefined;
const isRepository = (file: string) => /-repository\.ts$/.test(file) && domainOf(file) !== undefined;
const queryApi =
  /\b(createQueryBuilder|getRepository|\.query\(|manager\.(find|insert|update|delete|save|increment|count)\w*\()/;

describe("imports go one way", () => {
  it("core imports nothing of ours but core, graph only core, clients no domain", () => {
    expect([
      ...offences(within("server/core"), (imported) => isOurs(imported) && !within("server/core")(imported)),
      ...offences(within("server/graph"), (imported) => isOurs(imported) && !/^server\/(core|graph)\//.test(imported)),
      ...offences(
        within("server/clients"),
        (imported) => isOurs(imported) && !/^server\/(core|clients)\//.test(imported),
      ),
    ]).toEqual([]);
  });

  it("a resolver imports no repository, client, TypeORM, HTTP framework or resolver of another domain", () => {
    const forbidden = (imported: string, file: string) =>
      isRepository(imported) ||
      within("server/clients")(imported) ||
      within("server/http")(imported) ||
      ["typeorm", "express", "@apollo/server"].includes(imported) ||
      (isResolver(imported) && domainOf(imported) !== domainOf(file));
    expect(offences(isResolver, forbidden)).toEqual([]);
  });

  it("a service imports no GraphQL library, HTTP, or repository of another domain", () => {
    const forbidden = (imported: string, file: string) =>
      ["graphql", "type-graphql", "express", "@apollo/server", "typeorm"].includes(imported) ||
      within("server/http")(imported) ||
      (isRepository(imported) && domainOf(imported) !== domainOf(file));
    expect(offences(isService, forbidden)).toEqual([]);
  });

  it("a repository imports no service, and no noun of another domain", () => {
    const forbidden = (imported: string, file: string) =>
      isService(imported) ||
      (domainOf(imported) !== undefined && domainOf(imported) !== domainOf(file) && !typesOnly(file, imported));
    expect(offences(isRepository, forbidden)).toEqual([]);
  });

  it("TypeORM's query API stays in repositories, core/database and migrations", () => {
    const allowed = (file: string) =>
      isRepository(file) || within("server/core/database")(file) || within("migrations")(file);
    const offenders = sources.filter(
      ({ file, text }) => within("server")(file) && !allowed(file) && queryApi.test(text) && text.includes("typeorm"),
    );
    expect(offenders.map(({ file }) => file)).toEqual([]);
  });

  it("a domain imports only domains to its left", () => {
    const forbidden = (imported: string, file: string) => {
      const [from, to] = [domainOf(file), domainOf(imported)];
      return from !== undefined && to !== undefined && from !== to && (rank[to] ?? 0) >= (rank[from] ?? 0);
    };
    expect(offences(within("server"), forbidden)).toEqual([]);
  });

  it("a domain imports nothing of http, app or main", () => {
    const forbidden = (imported: string) =>
      within("server/http")(imported) || /^server\/(app|main|domains|settings)\.ts$/.test(imported);
    expect(offences((file) => domainOf(file) !== undefined, forbidden)).toEqual([]);
  });

  it("the sdk imports nothing of ours; configurator, web, demo and bench only the sdk and themselves", () => {
    const only = (folder: string, ...others: string[]) =>
      offences(
        within(folder),
        (imported) =>
          isOurs(imported) &&
          ![folder, ...others].some((allowed) => within(allowed)(imported)) &&
          imported !== "@metricsinfra/sdk" &&
          !imported.startsWith("@metricsinfra/sdk/"),
      );
    expect([
      ...offences(within("sdk"), (imported) => isOurs(imported) && !within("sdk")(imported)),
      ...only("configurator"),
      ...only("web"),
      ...only("demo"),
      ...only("bench", "demo", "tests/support"),
    ]).toEqual([]);
  });

  it("production code imports no tests, and graphql-request is known to the sdk's transport alone", () => {
    expect([
      ...offences((file) => !within("bench")(file), within("tests")),
      ...offences(
        (file) => file !== "sdk/transport.ts",
        (imported) => imported === "graphql-request",
      ),
    ]).toEqual([]);
  });

  it("there is no cycle", () => {
    expect(findCycle()).toEqual([]);
  });
});

describe("what belongs in one place is in no other", () => {
  const isTool = (file: string) => /config\.ts$|^web\/|^tools\/|\.mjs$/.test(file);

  it("process.env is read in settings files alone", () => {
    const offenders = sources.filter(
      ({ file, text }) =>
        /process\.env/.test(text) &&
        !/(^|\/)settings[\w-]*\.ts$/.test(file) &&
        !isTool(file) &&
        !within("demo")(file) &&
        !within("bench")(file),
    );
    expect(offenders.map(({ file }) => file)).toEqual([]);
  });

  it("console is used by main programs and command-line tools alone", () => {
    const offenders = sources.filter(
      ({ file, text }) =>
        /\bconsole\.\w+\(/.test(text) &&
        !/(^|\/)main\.ts$/.test(file) &&
        !isTool(file) &&
        !within("demo")(file) &&
        !within("bench")(file),
    );
    expect(offenders.map(({ file }) => file)).toEqual([]);
  });

  it("there is no default export outside tool configuration", () => {
    const offenders = sources.filter(({ file, text }) => /^export default /m.test(text) && !isTool(file));
    expect(offenders.map(({ file }) => file)).toEqual([]);
  });

  it("there is no barrel but the sdk's", () => {
    expect(
      sources.map(({ file }) => file).filter((file) => /(^|\/)index\.tsx?$/.test(file) && file !== "sdk/index.ts"),
    ).toEqual([]);
  });
});

function typesOnly(file: string, imported: string): boolean {
  const text = byFile.get(file)?.text ?? "";
  const name = posix.basename(imported, ".ts");
  return [...text.matchAll(new RegExp(`^import (type )?[^;]*?from "[^"]*/${name}\\.js";`, "gm"))].every(
    (match) => match[1] !== undefined,
  );
}

/** The files of one cycle of imports, or none. Imports of types alone vanish when compiled, and are let through. */
function findCycle(): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    path.push(file);
    for (const imported of byFile.get(file)?.imports ?? []) {
      if (!byFile.has(imported) || typesOnly(file, imported)) continue;
      const cycle = visit(imported);
      if (cycle.length > 0) return cycle;
    }
    path.pop();
    done.add(file);
    return [];
  };
  for (const { file } of sources) {
    const cycle = visit(file);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
