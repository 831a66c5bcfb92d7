import { checkDuration } from "../core/duration.js";
import { isId } from "../core/ids.js";
import { checkName } from "../core/names.js";
import { UserErrors } from "../graph/user-error.js";
import type { ApiToken, Membership } from "./api-token.js";
import type { ApiTokenCreateInput, ApiTokenRotateInput } from "./api-token-input.js";

/** What is wrong with a new token; `grantable` are the projects in which the caller may grant roles. */
export function checkNewApiToken(
  { name, globalRole, expiresAt }: ApiTokenCreateInput,
  memberships: readonly Membership[],
  grantable: ReadonlySet<string>,
  now: Date,
): UserErrors {
  const errors = new UserErrors();
  errors.check(checkName(name), ["input", "name"]);
  if (!globalRole && memberships.length === 0) {
    errors.add("INVALID", "A token needs a role: over all projects, or in at least one.", ["input", "memberships"]);
  }
  if (memberships.length > 100)
    errors.add("LIMIT", "A token has roles in at most 100 projects.", ["input", "memberships"]);
  if (expiresAt && expiresAt <= now) errors.add("INVALID", inTheFuture, expiry);
  const ids = memberships.map(({ projectId }) => projectId);
  ids.forEach((id, index) => {
    const path = ["input", "memberships", String(index), "project"];
    if (!isId("prj", id) || !grantable.has(id)) {
      errors.add("NOT_FOUND", "There is no such project that you administer.", path);
    }
    if (ids.indexOf(id) !== index) errors.add("INVALID", "Each project may be named once.", path);
  });
  return errors;
}

/** What speaks against giving the token a new secret; `expiresAt` is the expiry that it would have. */
export function checkRotation(
  { revokedAt }: ApiToken,
  { previousValidFor, expiresAt: given }: ApiTokenRotateInput,
  expiresAt: Date | null,
  now: Date,
): UserErrors {
  const errors = new UserErrors();
  if (revokedAt !== null) errors.add("CONFLICT", "The token is revoked for good. Create another one.", ["id"]);
  if (previousValidFor != null) {
    errors.check(checkDuration(previousValidFor, { most: "30d" }), ["input", "previousValidFor"]);
  }
  if (expiresAt !== null && expiresAt <= now) {
    const renew = "The token has expired. Say until when it is to work from now on; null: for ever.";
    errors.add("INVALID", given ? inTheFuture : renew, expiry);
  }
  return errors;
}

const expiry = ["input", "expiresAt"];
const inTheFuture = "The expiry must lie in the future.";
