import { DataSource } from "typeorm";
import { entities } from "../../server/entities.js";
import type { DatabaseSettings } from "./databases.js";

function dataSource(settings: DatabaseSettings): DataSource {
  return settings.type === "sqlite"
    ? new DataSource({ type: "better-sqlite3", database: settings.file, entities })
    : new DataSource({
        type: "mariadb",
        host: settings.host,
        port: settings.port,
        username: settings.user,
        password: settings.password,
        database: settings.name,
        entities,
      });
}

/** Runs `work` over a connection of its own, which knows our entities and nothing else. */
export async function withSource<T>(settings: DatabaseSettings, work: (source: DataSource) => Promise<T>): Promise<T> {
  const source = await dataSource(settings).initialize();
  try {
    return await work(source);
  } finally {
    await source.destroy();
  }
}
