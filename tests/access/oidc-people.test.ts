import { expect, it } from "vitest";
import { OidcPeople } from "../../server/access/oidc-people.js";
import { RolePatterns } from "../../server/access/role-patterns.js";

const issuer = "https://idp.example.org";
const projectNames = { idsOf: async () => new Map([["shop", "prj_1"]]) };

function people(names: { groupsClaim?: string; nameClaim?: string } = {}) {
  const patterns = new RolePatterns([{ group: "project-{name}", role: "MEMBER" }]);
  const claimNames = { issuer, groupsClaim: "groups", nameClaim: "preferred_username", ...names };
  return new OidcPeople(claimNames, patterns, projectNames);
}
const claims = { iss: issuer, sub: "7" };

it.each([
  [{ preferred_username: "ann", email: "ann@example.org", name: "Ann" }, "ann"],
  [{ preferred_username: " ", email: "ann@example.org", name: "Ann" }, "ann@example.org"],
  [{ preferred_username: 3, name: "Ann" }, "Ann"],
  [{}, "7"],
])("names a person by the first claim that has a text: %j", (more, name) => {
  expect(people().personIn({ ...claims, ...more })).toEqual({ issuer, subject: "7", name, groups: [] });
});

it.each<[unknown, string[]]>([
  [
    ["a", "b", "a"],
    ["a", "b"],
  ],
  ["a", ["a"]],
  ["a b", ["a b"]],
  [["a", 1, null, "", ["b"]], ["a"]],
  [{ a: true }, []],
  [null, []],
])("reads the groups in %j as %j", (groups, expected) => {
  expect(people().personIn({ ...claims, groups })?.groups).toEqual(expected);
});

it("finds claims by their whole name or along a path", () => {
  const nested = { ...claims, realm_access: { roles: ["project-shop"] }, "https://example.org/groups": ["staff"] };
  expect(people({ groupsClaim: "realm_access.roles" }).personIn(nested)?.groups).toEqual(["project-shop"]);
  expect(people({ groupsClaim: "https://example.org/groups" }).personIn(nested)?.groups).toEqual(["staff"]);
  expect(people({ groupsClaim: "realm_access.none.deeper" }).personIn(nested)?.groups).toEqual([]);
  expect(people({ groupsClaim: "constructor.name" }).personIn(nested)?.groups).toEqual([]);
  expect(people({ groupsClaim: "__proto__" }).personIn(nested)?.groups).toEqual([]);
});

it.each([
  { ...claims, iss: `${issuer}/` },
  { sub: "7" },
  { iss: issuer },
  { ...claims, sub: "" },
  { ...claims, sub: 7 },
  { ...claims, sub: "7".repeat(256) },
])("knows nobody by %j", (incomplete) => {
  expect(people().personIn(incomplete)).toBeNull();
});

it("makes one principal of a person, whatever name or groups they have now", async () => {
  const person = { issuer, subject: "7", name: "Ann", groups: ["project-shop", "project-gone"] };
  const ann = await people().principalOf(person);
  expect(ann).toEqual({
    kind: "OIDC",
    id: expect.stringMatching(/^usr_[0-9a-f]{32}$/),
    name: "Ann",
    globalRole: null,
    everyProjectRole: null,
    memberships: new Map([["prj_1", "MEMBER"]]),
  });
  const later = await people().principalOf({ ...person, name: "Anne", groups: [] });
  expect(later).toEqual({ ...ann, name: "Anne", memberships: new Map() });
  const other = await people().principalOf({ ...person, subject: "8" });
  expect(other.id).not.toBe(ann.id);
});
