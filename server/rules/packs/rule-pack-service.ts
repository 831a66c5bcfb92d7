import { isDeepStrictEqual } from "node:util";
import type { Caller } from "../../access/caller.js";
import type { Change } from "../../audit/change.js";
import type { ChangeLog } from "../../audit/change-log.js";
import { altered } from "../../core/database/stored.js";
import { newId } from "../../core/ids.js";
import { UserErrors } from "../../graph/user-error.js";
import { GlobalRule } from "../global-rule.js";
import { describeGlobalRule, globalRuleChange } from "../global-rule-change.js";
import type { GlobalRuleChecks } from "../global-rule-checks.js";
import type { GlobalRuleRepository } from "../global-rule-repository.js";
import type { GlobalRuleOverrideRepository } from "../overrides/global-rule-override-repository.js";
import type { PackDefinition, PackRuleDefinition } from "./pack-definition.js";
import type { RulePack, RulePackInstallPayload, RulePackOutcome, RulePackResult, RulePackRule } from "./rule-pack.js";

/** What a pack says of a rule, and a newer version of it may say otherwise. The rest is the operators' from the first. */
const packed = ["expr", "for", "severity", "annotations", "parameters"] as const;

/** A rule of a pack on its way in. */
interface Candidate {
  readonly before: GlobalRule | null;
  readonly after: GlobalRule;
  readonly outcome: RulePackOutcome;
  readonly kept: readonly string[];
}

/** The rules that come with the server, and how they become global rules. */
export class RulePackService {
  /** `runbookUrl` holds `{alert}` where the alert's name is to stand. */
  constructor(
    private readonly packs: readonly PackDefinition[],
    private readonly repository: GlobalRuleRepository,
    private readonly overrides: GlobalRuleOverrideRepository,
    private readonly checks: GlobalRuleChecks,
    private readonly changes: ChangeLog,
    private readonly runbookUrl: string,
  ) {}

  /** All packs by name. */
  list(caller: Caller): readonly RulePack[] {
    caller.requireAnywhere("globalRule.read");
    return this.packs.map(({ name, title, description, rules }) => {
      return { name, title, description, rules: rules.map((rule) => this.#shown(rule)) };
    });
  }

  /**
   * Makes global rules of a pack's, under one revision. One that is there becomes as the pack has it now, but for what
   * operators have changed of it; one that they deleted comes back.
   */
  async install(caller: Caller, name: string, dryRun: boolean): Promise<RulePackInstallPayload> {
    caller.require("globalRule.write");
    const pack = this.packs.find((each) => each.name === name);
    if (pack === undefined) {
      const names = this.packs.map((each) => `"${each.name}"`).join(", ");
      const message = `There is no rule pack ${JSON.stringify(name.slice(0, 100))}. There are ${names}.`;
      return { rules: [], revision: null, userErrors: [{ code: "INVALID", message, path: ["pack"] }] };
    }
    return this.changes.inTurn(caller, async () => {
      const installed = new Map((await this.repository.ofPack(name)).map((rule) => [rule.packRule, rule]));
      const errors = new UserErrors();
      const candidates: Candidate[] = [];
      for (const rule of pack.rules) {
        candidates.push(await this.#candidate(caller, pack, rule, installed.get(rule.name) ?? null, errors));
      }
      if (errors.any) return { rules: [], revision: null, userErrors: errors.list };
      const [first, ...also] = candidates.flatMap((one) => this.#change(one) ?? []);
      if (first === undefined || dryRun) {
        return { rules: candidates.map((one) => resultOf(one, dryRun)), revision: null, userErrors: [] };
      }
      const options = { dryRun: false, key: null, userErrors: [] };
      const { revision, userErrors } = await this.changes.commit(caller, first, options, also);
      const rules = userErrors.length === 0 ? candidates.map((one) => resultOf(one, false)) : [];
      return { rules, revision, userErrors };
    });
  }

  async #candidate(
    caller: Caller,
    { name: pack }: PackDefinition,
    definition: PackRuleDefinition,
    before: GlobalRule | null,
    errors: UserErrors,
  ): Promise<Candidate> {
    const { name } = definition;
    const { signal } = caller.request;
    const own = new UserErrors();
    const written = Object.assign(new GlobalRule(), initial(pack, name), this.#shown(definition));
    const fresh = await this.checks.confined(written, signal, own);
    const now = describeGlobalRule(fresh);
    const packBase = Object.fromEntries(packed.map((field) => [field, now[field] ?? null]));
    if (before === null) {
      addAll(own, name, errors);
      return { before, after: altered(fresh, { packBase }), outcome: "CREATED", kept: [] };
    }
    const there = describeGlobalRule(before);
    const isKept = (field: (typeof packed)[number]): boolean => {
      const value = there[field] ?? null;
      return !isDeepStrictEqual(value, packBase[field]) && !isDeepStrictEqual(value, before.packBase?.[field]);
    };
    const kept = packed.filter(isKept);
    const taken = packed.filter((field) => !kept.includes(field));
    const merged = altered(before, { ...Object.fromEntries(taken.map((field) => [field, fresh[field]])), packBase });
    const after = await this.checks.confined(merged, signal, own);
    addAll(own, name, errors);
    const isSame = isDeepStrictEqual(describeGlobalRule(after), there);
    return { before, after: isSame ? before : after, outcome: isSame ? "UNCHANGED" : "UPDATED", kept };
  }

  #change({ before, after, outcome }: Candidate): Change<GlobalRule> | undefined {
    if (outcome === "UNCHANGED") return undefined;
    const write = () =>
      before === null ? this.repository.insert(after) : this.repository.replace(after, before.version);
    return globalRuleChange(before, after, write, this.overrides);
  }

  #shown({ name, expr, for: wait, severity, summary, description, parameters }: PackRuleDefinition): RulePackRule {
    const runbook_url = this.runbookUrl.replaceAll("{alert}", encodeURIComponent(name));
    return { name, expr, for: wait, severity, annotations: { summary, description, runbook_url }, parameters };
  }
}

/** What operators decide of a rule that was installed. */
function initial(pack: string, name: string): Partial<GlobalRule> {
  return {
    id: newId("grl"),
    mode: "PER_PROJECT",
    keepFiringFor: null,
    labels: {},
    interval: null,
    enabled: true,
    overridable: true,
    pack,
    packRule: name,
    packBase: null,
  };
}

function resultOf({ before, after, outcome, kept }: Candidate, isDry: boolean): RulePackResult {
  return { name: after.packRule ?? after.name, outcome, kept, globalRule: isDry ? before : after };
}

/** The mistakes of one rule, each led to by its name. */
function addAll(own: UserErrors, name: string, errors: UserErrors): void {
  for (const { code, message } of own.list) errors.add(code, `${name}: ${message}`, ["pack"]);
}
