import type { Database } from "../core/database/database.js";
import { everything, type Narrow, oneOf } from "../core/database/narrow.js";
import { TableReader } from "../core/database/table-reader.js";
import { BatchSource, groupBy } from "../core/loaders.js";
import { ApiToken, ApiTokenMembership, type Membership } from "./api-token.js";

/** How stale `lastUsedAt` may be: one write a minute per token, not one per request. */
const lastUsedResolutionMs = 60_000;

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

  findByHash(hash: string): Promise<ApiToken | null> {
    return this.database.read((manager) => manager.findOneBy(ApiToken, { hash }));
  }

  async add(token: ApiToken, memberships: readonly Membership[]): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.insert(ApiToken, token);
      if (memberships.length === 0) return;
      await manager.insert(
        ApiTokenMembership,
        memberships.map(({ projectId, role }) => ({ tokenId: token.id, projectId, role })),
      );
    });
  }

  async revoke(id: string, revokedAt: Date): Promise<void> {
    await this.database.transaction((manager) => manager.update(ApiToken, { id }, { revokedAt }));
  }

  /** Notes the use of a token; writes at most once a minute for each. */
  async touch(token: ApiToken, usedAt: Date): Promise<void> {
    if (token.lastUsedAt && usedAt.getTime() - token.lastUsedAt.getTime() < lastUsedResolutionMs) return;
    await this.database.transaction((manager) => manager.update(ApiToken, { id: token.id }, { lastUsedAt: usedAt }));
  }

  /** Takes away the roles in a project that is being deleted. */
  async removeOf(projectId: string): Promise<void> {
    await this.database.transaction((manager) => manager.delete(ApiTokenMembership, { projectId }));
  }
}

/** Only tokens with a role in one of these projects; "all" is every token. */
export function tokensOf(projectIds: "all" | readonly string[]): Narrow {
  if (projectIds === "all") return everything;
  if (projectIds.length === 0) return (query) => query.andWhere("1 = 0");
  return (query, row) =>
    query.andWhere(
      `EXISTS (SELECT 1 FROM api_token_membership member WHERE member.token_id = ${row}.id AND member.project_id IN (:...tokenProjects))`,
      { tokenProjects: [...projectIds] },
    );
}
