import { parse } from "yaml";

/** A matcher of a silence, as Alertmanager's API has it. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex?: boolean;
  readonly isEqual?: boolean;
}

interface Rule {
  readonly action: "allow" | "block";
  readonly scope?: { readonly groups?: readonly string[]; readonly filters?: readonly Required<Matcher>[] };
}

/**
 * Whether Karma lets somebody of these groups write a silence: the first rule that fits decides, and without one it does
 * (github.com/prymitive/karma, `cmd/karma/acl.go`, `isAllowed` and `newSilenceACLFromConfig`). Throws what keeps it from starting.
 */
export function karmaAllows(
  text: string,
  known: readonly string[],
  groups: readonly string[],
  silence: readonly Matcher[],
): boolean {
  const { rules } = parse(text) as { readonly rules: readonly Rule[] };
  for (const { scope } of rules) {
    const unknown = scope?.groups?.find((group) => !known.includes(group));
    if (unknown !== undefined) throw new Error(`no group with name "${unknown}" found in authorization.groups`);
  }
  const first = rules.find(({ scope: { groups: own = [], filters = [] } = {} }) => {
    const isOfGroup = own.length === 0 || own.some((group) => groups.includes(group));
    return isOfGroup && filters.every((filter) => silence.some((matcher) => fits(filter, matcher)));
  });
  return first?.action !== "block";
}

function fits(filter: Required<Matcher>, { name, value, isRegex = false, isEqual = true }: Matcher): boolean {
  return filter.name === name && filter.value === value && filter.isRegex === isRegex && filter.isEqual === isEqual;
}
