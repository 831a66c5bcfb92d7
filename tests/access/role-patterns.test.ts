import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { type GrantedRoles, type RolePattern, RolePatterns } from "../../server/access/role-patterns.js";
import { checkProjectName } from "../../server/core/names.js";
import { settingsOf } from "../../server/settings.js";
import { Random } from "../rules/random.js";

const usual: readonly RolePattern[] = [
  { group: "project-{name}", role: "MEMBER" },
  { group: "project-{name}-admins", role: "ADMIN" },
  { group: "sre", role: "OPERATOR" },
  { group: "everybody", role: "VIEWER" },
];

const plain = ({ globalRole, everyProjectRole, projects }: GrantedRoles) => ({
  globalRole,
  everyProjectRole,
  projects: Object.fromEntries(projects),
});
const rolesOf = (patterns: readonly RolePattern[], ...groups: string[]) =>
  plain(new RolePatterns(patterns).rolesOf(groups));
const nothing = { globalRole: null, everyProjectRole: null, projects: {} };

describe("groups", () => {
  it("give the highest role of each kind that any of them gives", () => {
    const groups = ["project-web", "project-web-admins", "project-shop", "sre", "everybody", "nobody"];
    expect(rolesOf(usual, ...groups)).toEqual({
      globalRole: "OPERATOR",
      everyProjectRole: "VIEWER",
      projects: { web: "ADMIN", shop: "MEMBER" },
    });
    const lower = ["project-web-admins", "project-web"];
    expect(rolesOf(usual, ...lower).projects).toEqual({ web: "ADMIN" });
    expect(rolesOf([...usual, { group: "watch", role: "READER" }], "sre", "watch").globalRole).toBe("OPERATOR");
  });

  it.each([
    "project-",
    "project--admins",
    "project-Web",
    "project-web ",
    " project-web",
    "project-web\n",
    "xproject-web",
    "project-web/../shop",
    `project-${"a".repeat(64)}`,
    "PROJECT-WEB",
    "project-{name}",
    "Sre",
    "sre\n",
    "",
  ])("that only look like one give nothing: %j", (group) => {
    expect(rolesOf(usual, group)).toEqual(nothing);
  });

  it("are read as text: what has a meaning in regular expressions has none in a pattern", () => {
    const patterns: readonly RolePattern[] = [
      { group: "cn=(p.{name})*,ou=$x", role: "MEMBER" },
      { group: "a+", role: "OPERATOR" },
    ];
    expect(rolesOf(patterns, "cn=(p.web)*,ou=$x").projects).toEqual({ web: "MEMBER" });
    expect(rolesOf(patterns, "cn=(pxweb)*,ou=$x", "aa", "cn=p.web,ou=$x")).toEqual(nothing);
  });
});

describe("a project's name", () => {
  const collision = (name: string, patterns = usual) => new RolePatterns(patterns).collisionOf(name);

  it("that makes a group of members look like one of admins is refused, and the patterns are named", () => {
    expect(collision("web-admins")).toBe(
      'The group "project-web-admins" of the project "web-admins", MEMBER by the pattern "project-{name}", reads as ADMIN in "web" by the pattern "project-{name}-admins".',
    );
  });

  it("that is a whole group, or fills two patterns alike, is refused", () => {
    const bare: readonly RolePattern[] = [
      { group: "{name}", role: "MEMBER" },
      { group: "sre", role: "OPERATOR" },
    ];
    expect(collision("sre", bare)).toBe(
      'The group "sre" of the project "sre", MEMBER by the pattern "{name}", reads as OPERATOR by the pattern "sre".',
    );
    const twins: readonly RolePattern[] = [
      { group: "a{name}", role: "MEMBER" },
      { group: "{name}a", role: "ADMIN" },
    ];
    expect(collision("aa", twins)).toMatch(/^The group "aaa" of the project "aa"/);
    expect(collision("b", twins)).toBeNull();
  });

  it.each(["web", "admins", "web-admin", "admins-web", "sre", "everybody", "project-web"])("%s is free", (name) => {
    expect(collision(name)).toBeNull();
  });

  it("is free where nothing can be confused", () => {
    expect(collision("web-admins", usual.slice(1))).toBeNull();
    expect(collision("web-admins", [])).toBeNull();
  });
});

describe("whatever the patterns are", () => {
  const random = new Random(20_261_122);
  const word = (most: number) =>
    Array.from({ length: random.below(most + 1) }, () => random.pick(["a", "b", "-"])).join("");
  const roles = ["VIEWER", "MEMBER", "ADMIN"] as const;
  const patternsOf = (): RolePattern[] => {
    const patterns = Array.from({ length: 1 + random.below(5) }, (): RolePattern => {
      if (random.chance(25))
        return { group: `${word(3)}a`, role: random.pick([...roles, "OPERATOR", "READER"] as const) };
      return { group: `${word(2)}{name}${word(2)}`, role: random.pick(roles) };
    });
    return patterns.filter(({ group }, index) => patterns.findIndex((other) => other.group === group) === index);
  };
  const words = Array.from({ length: 300 }, () => word(5));
  const names = [...new Set(words)].filter((name) => checkProjectName(name) === null);
  const filled = (pattern: RolePattern, name: string) => pattern.group.replace("{name}", name);

  it("the groups of a project whose name is free give exactly their roles there, and nothing else", () => {
    const seen = { free: 0, refused: 0 };
    const confused: unknown[] = [];
    for (let round = 0; round < 300; round++) {
      const patterns = patternsOf();
      const matcher = new RolePatterns(patterns);
      for (const name of names) {
        const readOtherwise = patterns.filter((pattern) => {
          const exactly = { globalRole: null, everyProjectRole: null, projects: { [name]: pattern.role } };
          const given = plain(matcher.rolesOf([filled(pattern, name)]));
          return pattern.group.includes("{name}") && !isDeepStrictEqual(given, exactly);
        });
        const isFree = matcher.collisionOf(name) === null;
        seen[isFree ? "free" : "refused"]++;
        // Refused where one is read otherwise, and only there.
        if (isFree !== (readOtherwise.length === 0)) confused.push({ patterns, name, readOtherwise });
      }
    }
    expect(confused).toEqual([]);
    expect([seen.free > 5_000, seen.refused > 1_000]).toEqual([true, true]);
  });

  it("a group gives a role in a project only by a pattern that, filled with its name, is that group", () => {
    let roleCount = 0;
    const baseless: unknown[] = [];
    for (let round = 0; round < 20_000; round++) {
      const patterns = patternsOf();
      const group = random.chance(50) ? word(8) : filled(random.pick(patterns), random.pick(names));
      for (const [name, role] of new RolePatterns(patterns).rolesOf([group]).projects) {
        roleCount++;
        const reasons = patterns.filter((pattern) => pattern.role === role && filled(pattern, name) === group);
        if (reasons.length === 0 || checkProjectName(name) !== null) baseless.push({ patterns, group, name, role });
      }
    }
    expect(baseless).toEqual([]);
    expect(roleCount).toBeGreaterThan(5_000);
  });
});

it("the settings refuse a pattern that stands twice, and two that would always read alike are no others", () => {
  const settings = (...groups: RolePattern[]) =>
    settingsOf({ database: { type: "sqlite", file: "x" }, access: { groups } }).access.groups;
  expect(() => settings({ group: "p-{name}", role: "MEMBER" }, { group: "p-{name}", role: "ADMIN" })).toThrow(
    /"p-\{name\}\\" stands twice; only the first would ever count\./,
  );
  expect(() => settings({ group: "sre", role: "MEMBER" }, { group: "sre", role: "OPERATOR" })).toThrow(/stands twice/);
  expect(settings(...usual)).toEqual(usual);
});
