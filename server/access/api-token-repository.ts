import type { Database } from "../core/database/database.js";
import { hydrated } from "../core/database/hydrated.js";
import { type Narrow, oneOf } from "../core/database/narrow.js";
import { TableReader } from "../core/database/table-reader.js";
import { BatchSource, groupBy } from "../core/loaders.js";
import { ApiToken, ApiTokenMembership, type Membership } from "./api-token.js";
import type { ProjectRole } from "./roles.js";

/** A token with its roles in projects. */
export interface GrantedToken {
  readonly token: ApiToken;
  readonly memberships: readonly Membership[];
}

/** The order of every list of tokens. */
export const newestFirst = { property: "createdAt", direction: "DESC" } as const;

/** API tokens and their roles in the database. */
export class ApiTokenRepository extends TableReader<ApiToken> {
  /** The memberships of each token, in the tokens' order. */
  readonly memberships = new BatchSource<string, readonly Membership[]>(async (tokenIds) => {
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(ApiTokenMembership, "row")
        .where("row.tokenId IN (:...tokenIds)", { tokenIds: [...tokenIds] })
        .orderBy("row.projectId")
        .getMany(),
    );
    const byToken = groupBy(rows, (row) => row.tokenId);
    return tokenIds.map((id) => byToken.get(id) ?? []);
  });

  /** The tokens with a role in each project, newest first. */
  readonly ofProject = new BatchSource<string, readonly ApiToken[]>(async (projectIds) => {
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(ApiTokenMembership, "row")
        .where("row.projectId IN (:...projectIds)", { projectIds: [...projectIds] })
        .getMany(),
    );
    const tokens =
      rows.length === 0
        ? []
        : await this.select(oneOf("id", [...new Set(rows.map((row) => row.tokenId))]), newestFirst);
    const holders = groupBy(rows, (row) => row.projectId);
    return projectIds.map((projectId) => {
      const ids = new Set((holders.get(projectId) ?? []).map((row) => row.tokenId));
      return tokens.filter((token) => ids.has(token.id));
    });
  });

  constructor(database: Database) {
    super(database, ApiToken);
  }

  /** How many tokens that are good at this time have a role in each project, in the projects' order. */
  async validCounts(projectIds: readonly string[], at: Date): Promise<number[]> {
    const rows = await this.database.read((manager) =>
      manager
        .createQueryBuilder(ApiTokenMembership, "row")
        .innerJoin(ApiToken, "token", "token.id = row.tokenId AND token.revokedAt IS NULL")
        .select("row.projectId", "projectId")
        .addSelect("COUNT(*)", "count")
        .where("row.projectId IN (:...projectIds)", { projectIds: [...projectIds] })
        .andWhere("(token.expiresAt IS NULL OR token.expiresAt > :at)", { at })
        .groupBy("row.projectId")
        .getRawMany<{ projectId: string; count: string | number }>(),
    );
    const byProject = new Map(rows.map(({ projectId, count }) => [projectId, Number(count)]));
    return projectIds.map((projectId) => byProject.get(projectId) ?? 0);
  }

  /** The token that has, or had before its last rotation, a secret with this hash: one statement, as every request asks it. */
  findByHash(hash: string): Promise<GrantedToken | null> {
    return this.#granted("token.hash = ? OR token.previous_hash = ?", hash, hash);
  }

  /** The token with this id. */
  findGranted(id: string): Promise<GrantedToken | null> {
    return this.#granted("token.id = ?", id);
  }

  /** Writes a new token, inside the caller's transaction. */
  async add({ token, memberships }: GrantedToken): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.insert(ApiToken, token);
      if (memberships.length === 0) return;
      await manager.insert(
        ApiTokenMembership,
        memberships.map(({ projectId, role }) => ({ tokenId: token.id, projectId, role })),
      );
    });
  }

  /** Replaces what is stored of the token, but for its last use; inside the caller's transaction. */
  async replace({ lastUsedAt: _, ...token }: ApiToken): Promise<void> {
    await this.database.transaction((manager) => manager.update(ApiToken, { id: token.id }, token));
  }

  /** Notes the use of a token, unless one after `unlessAfter` is noted already. */
  async touch(id: string, usedAt: Date, unlessAfter: Date): Promise<void> {
    await this.database.transaction((manager) =>
      manager
        .createQueryBuilder()
        .update(ApiToken)
        .set({ lastUsedAt: usedAt })
        .where("id = :id AND (last_used_at IS NULL OR last_used_at <= :unlessAfter)", { id, unlessAfter })
        .execute(),
    );
  }

  /** Takes away the roles in a project that is being deleted, inside the caller's transaction; answers which those were. */
  async removeOf(projectId: string): Promise<readonly ApiTokenMembership[]> {
    return this.database.transaction(async (manager) => {
      const roles = await manager.find(ApiTokenMembership, { where: { projectId }, order: { tokenId: "ASC" } });
      await manager.delete(ApiTokenMembership, { projectId });
      return roles;
    });
  }

  #granted(condition: string, ...values: readonly string[]): Promise<GrantedToken | null> {
    // A row for each role would cost a member of many projects several times the rest of this.
    const roles = this.database.jsonObject("member.project_id", "member.role");
    return this.database.read(async (manager) => {
      const [row]: GrantedRow[] = await manager.query(
        `SELECT token.*, (SELECT ${roles} FROM api_token_membership member WHERE member.token_id = token.id) AS roles FROM api_token token WHERE ${condition}`,
        [...values],
      );
      if (row === undefined) return null;
      const byProject: Readonly<Record<string, ProjectRole>> = JSON.parse(row.roles ?? "{}");
      const memberships = Object.entries(byProject).map(([projectId, role]) => ({ projectId, role }));
      return { token: hydrated(manager, ApiToken, row), memberships };
    });
  }
}

/** The columns of a token, and its roles as a JSON object of them by project. */
interface GrantedRow extends Readonly<Record<string, unknown>> {
  readonly roles: string | null;
}

/** Only tokens with a role in one of these projects, and none over all projects. */
export function tokensOf(projectIds: "all" | readonly string[]): Narrow {
  if (projectIds !== "all" && projectIds.length === 0) return (query) => query.andWhere("1 = 0");
  const among = projectIds === "all" ? "" : "AND member.project_id IN (:...tokenProjects)";
  return (query, row) =>
    query.andWhere(
      `${row}.globalRole IS NULL AND EXISTS (SELECT 1 FROM api_token_membership member WHERE member.token_id = ${row}.id ${among})`,
      projectIds === "all" ? {} : { tokenProjects: [...projectIds] },
    );
}
