import { parseDocument } from "yaml";
import { z } from "zod";
import { isProjectName } from "../render/names.js";

const group = z.array(z.string().min(1)).min(1);
const reason = z.string().min(1);

const projectRule = z.strictObject({
  action: z.literal("allow"),
  reason,
  scope: z.strictObject({
    groups: group.length(1),
    filters: z.tuple([
      z.strictObject({
        name: z.literal("project"),
        value: z.string().refine(isProjectName),
        isRegex: z.literal(false),
        isEqual: z.literal(true),
      }),
    ]),
  }),
});
const operatorRule = z.strictObject({ action: z.literal("allow"), reason, scope: z.strictObject({ groups: group }) });
const lastRule = z.strictObject({ action: z.literal("block"), reason });
const aclFile = z.strictObject({ rules: z.array(z.unknown()).min(1) });

/** What the ACL file may let in. */
export interface AclExpectation {
  /** The groups that may silence everything. */
  readonly operators: readonly string[];
  /** The groups that Karma's own config has. */
  readonly groups: readonly string[];
}

/**
 * Reads an ACL file back as Karma would, whoever has written it, and says why it may not be used, or undefined: every rule
 * lets in one group for one project, but the first may be for the operators, and the last must block all others.
 */
export function aclProblem(text: string, { operators, groups }: AclExpectation): string | undefined {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) return "the ACL file is no YAML";
  const file = aclFile.safeParse(document.toJS());
  if (!file.success) return "the ACL file holds no list of rules";
  const { rules } = file.data;
  if (!lastRule.safeParse(rules.at(-1)).success) return "the last rule of the ACL file does not block everybody else";
  for (const [index, rule] of rules.slice(0, -1).entries()) {
    const operator = operatorRule.safeParse(rule);
    const parsed = operator.success ? operator : projectRule.safeParse(rule);
    if (!parsed.success) return `rule ${index + 1} of the ACL file is none for one project`;
    const named = parsed.data.scope.groups;
    const unknown = named.find((each) => !groups.includes(each));
    if (unknown !== undefined) return `Karma's config has no group ${JSON.stringify(unknown)}, and would not start`;
    if (operator.success && named.join("\n") !== operators.join("\n")) {
      return `rule ${index + 1} of the ACL file lets in others than the operators for everything`;
    }
  }
  return undefined;
}
