/** Everybody who may ask, from the least to the most; MEMBER and the like are roles in the project that is asked about. */
export const roles = [
  "ANONYMOUS", // a stranger, where the settings let strangers read
  "OUTSIDER", // ADMIN of another project
  "VIEWER",
  "MEMBER",
  "ADMIN",
  "READER",
  "AGENT",
  "OPERATOR",
] as const;
export type Role = (typeof roles)[number];

/** One outcome for each role, read from a row of the table. */
export type Row<Outcome> = Readonly<Record<Role, Outcome>>;

/** Reads a row such as `"0 0 + + + + n +"`: one mark for each role, in the order of `roles`. */
export function row<Outcome>(marks: string, legend: Readonly<Record<string, Outcome>>): Row<Outcome> {
  const given = marks.trim().split(/\s+/);
  if (given.length !== roles.length) throw new Error(`"${marks}" needs a mark for each of ${roles.join(", ")}.`);
  const outcomes = given.map((mark) => {
    const outcome = legend[mark];
    if (outcome === undefined) throw new Error(`"${mark}" is none of ${Object.keys(legend).join(" ")}.`);
    return outcome;
  });
  return Object.fromEntries(roles.map((role, index) => [role, outcomes[index]])) as Row<Outcome>;
}
