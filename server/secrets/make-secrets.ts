import type { Database } from "../core/database/database.js";
import { SecretKeys } from "./secret-keys.js";
import { SecretRepository } from "./secret-repository.js";
import { SecretRotation } from "./secret-rotation.js";
import { SecretStore } from "./secret-store.js";
import type { SecretsSettings } from "./secrets-settings.js";

/** What the secrets of tenants are kept with. */
export interface SecretsParts {
  readonly settings: SecretsSettings;
  readonly database: Database;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** The secrets of tenants: they show in the graph only as fields of what holds them. */
export interface SecretsDomain {
  readonly repository: SecretRepository;
  readonly store: SecretStore;
  readonly rotation: SecretRotation;
}

/** Builds the domain of secrets. */
export function makeSecrets({ settings, database, now, randomBytes }: SecretsParts): SecretsDomain {
  const repository = new SecretRepository(database);
  const keys = new SecretKeys(settings, randomBytes);
  return {
    repository,
    store: new SecretStore(repository, keys, now),
    rotation: new SecretRotation(repository, keys),
  };
}
