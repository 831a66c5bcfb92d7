import { type EntityManager, In, LessThan, type SelectQueryBuilder } from "typeorm";
import type { Database } from "../core/database/database.js";
import { hydrated } from "../core/database/hydrated.js";
import { type Narrow, oneOf } from "../core/database/narrow.js";
import { TableReader } from "../core/database/table-reader.js";
import { BatchSource, groupBy } from "../core/loaders.js";
import { type Page, type PageRequest, requirePageSize } from "../core/page.js";
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

  constructor(database: Database) {
    super(database, ApiToken);
  }

  /** A page of the tokens with a role in each project, newest first; `kinds` says which of them. */
  async pagesOf(projectIds: readonly string[], page: PageRequest, kinds: TokenKinds): Promise<Page<ApiToken>[]> {
    const queryOf = (id: string) => ({ order: newestFirst, page, list: `Project.apiTokens@${id}` });
    if (page.after != null) {
      return Promise.all(projectIds.map((id) => this.page({ ...queryOf(id), narrow: tokensOf([id], kinds) })));
    }
    const mostRows = requirePageSize(page.first) + 1;
    const places = await this.database.read((manager) => {
      const ranked = withRolesIn(manager, projectIds, kinds)
        .select("row.projectId", "projectId")
        .addSelect("row.tokenId", "tokenId")
        .addSelect(
          "ROW_NUMBER() OVER (PARTITION BY row.projectId ORDER BY token.createdAt DESC, token.id DESC)",
          "place",
        );
      return manager
        .createQueryBuilder()
        .select("ranked.projectId", "projectId")
        .addSelect("ranked.tokenId", "tokenId")
        .from(`(${ranked.getQuery()})`, "ranked")
        .where("ranked.place <= :mostRows")
        .orderBy("ranked.place")
        .setParameters({ ...ranked.getParameters(), mostRows })
        .getRawMany<{ projectId: string; tokenId: string }>();
    });
    const ids = [...new Set(places.map(({ tokenId }) => tokenId))];
    const tokens = new Map((await this.select(oneOf("id", ids))).map((token) => [token.id, token]));
    const byProject = groupBy(places, ({ projectId }) => projectId);
    return projectIds.map((id) => {
      const rows = (byProject.get(id) ?? []).flatMap(({ tokenId }) => tokens.get(tokenId) ?? []);
      return this.firstPage(rows, queryOf(id));
    });
  }

  /** How many tokens have a role in each project, in the projects' order. */
  countsOf(projectIds: readonly string[], kinds: TokenKinds): Promise<number[]> {
    return this.#counts(projectIds, (manager) => withRolesIn(manager, projectIds, kinds));
  }

  /** How many tokens that are good at this time have a role in each project, in the projects' order. */
  validCounts(projectIds: readonly string[], at: Date): Promise<number[]> {
    return this.#counts(projectIds, (manager) =>
      withRolesIn(manager, projectIds, "all").andWhere(
        "token.revokedAt IS NULL AND (token.expiresAt IS NULL OR token.expiresAt > :at)",
        { at },
      ),
    );
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

  /** Removes so many tokens at the most that were revoked or had expired before `time`; answers how many those were. */
  async removeEndedBefore(time: Date, most: number): Promise<number> {
    const ended = await this.database.read((manager) =>
      manager.find(ApiToken, {
        select: { id: true },
        where: [{ revokedAt: LessThan(time) }, { expiresAt: LessThan(time) }],
        order: { id: "ASC" },
        take: most,
      }),
    );
    if (ended.length === 0) return 0;
    const ids = ended.map(({ id }) => id);
    await this.database.transaction(async (manager) => {
      await manager.delete(ApiTokenMembership, { tokenId: In(ids) });
      await manager.delete(ApiToken, { id: In(ids) });
    });
    return ids.length;
  }

  async #counts(
    projectIds: readonly string[],
    roles: (manager: EntityManager) => SelectQueryBuilder<ApiTokenMembership>,
  ): Promise<number[]> {
    const rows = await this.database.read((manager) =>
      roles(manager)
        .select("row.projectId", "projectId")
        .addSelect("COUNT(*)", "count")
        .groupBy("row.projectId")
        .getRawMany<{ projectId: string; count: string | number }>(),
    );
    const byProject = new Map(rows.map(({ projectId, count }) => [projectId, Number(count)]));
    return projectIds.map((projectId) => byProject.get(projectId) ?? 0);
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

/** Which tokens: those with roles in projects alone, or those with a role over all projects beside too. */
export type TokenKinds = "ofProjects" | "all";

/** The roles in these projects, as `row`, of tokens of these kinds, as `token`. */
function withRolesIn(
  manager: EntityManager,
  projectIds: readonly string[],
  kinds: TokenKinds,
): SelectQueryBuilder<ApiTokenMembership> {
  const isOfKind = kinds === "all" ? "" : " AND token.globalRole IS NULL";
  return manager
    .createQueryBuilder(ApiTokenMembership, "row")
    .innerJoin(ApiToken, "token", `token.id = row.tokenId${isOfKind}`)
    .where("row.projectId IN (:...projectIds)", { projectIds: [...projectIds] });
}

/** Only tokens of these kinds with a role in one of these projects. */
export function tokensOf(projectIds: "all" | readonly string[], kinds: TokenKinds = "ofProjects"): Narrow {
  if (projectIds !== "all" && projectIds.length === 0) return (query) => query.andWhere("1 = 0");
  const among = projectIds === "all" ? "" : "AND member.project_id IN (:...tokenProjects)";
  return (query, row) =>
    query.andWhere(
      `${kinds === "all" ? "" : `${row}.globalRole IS NULL AND `}EXISTS (SELECT 1 FROM api_token_membership member WHERE member.token_id = ${row}.id ${among})`,
      projectIds === "all" ? {} : { tokenProjects: [...projectIds] },
    );
}
