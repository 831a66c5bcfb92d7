import { parse } from "yaml";
import { type Acceptance, acceptMost } from "../check/accept-most.js";
import { isYamlMap, textOf } from "../render/base-file.js";
import { type YamlValue, yamlText } from "../render/yaml-text.js";

/** The rules of a file that pass, and by name those that do not. */
export interface MendedRules extends Pick<Acceptance<string>, "refused"> {
  /** Undefined when none passes. */
  readonly text: string | undefined;
}

/**
 * Takes out of a rule file as few rules as needed for it to pass. `check` gets a file and resolves to what is wrong with it.
 * The file is one that this program has rendered.
 */
export async function mendGlobalRules(
  text: string,
  check: (text: string) => Promise<string | undefined>,
): Promise<MendedRules> {
  const groups = groupsIn(parse(text));
  const places = groups.flatMap(({ rules }, group) => rules.map((_, rule) => `${group} ${rule}`));
  const accepted = new Set<string>();
  const { refused } = await acceptMost(places, async (some) => {
    const message = await check(fileOf(groups, new Set([...accepted, ...some])));
    if (message === undefined) for (const place of some) accepted.add(place);
    return message;
  });
  const names = new Map(
    groups.flatMap(({ rules }, group) => rules.map((rule, at) => [`${group} ${at}`, nameOf(rule)])),
  );
  return {
    text: accepted.size === 0 ? undefined : fileOf(groups, accepted),
    refused: refused.map(({ item, message }) => ({ item: names.get(item) ?? "", message })),
  };
}

interface Group {
  readonly [key: string]: YamlValue | undefined;
  readonly rules: readonly YamlValue[];
}

function groupsIn(content: YamlValue): readonly Group[] {
  const groups = isYamlMap(content) ? content.groups : undefined;
  if (!Array.isArray(groups)) return [];
  return groups.filter(isYamlMap).map((group) => ({ ...group, rules: Array.isArray(group.rules) ? group.rules : [] }));
}

function fileOf(groups: readonly Group[], places: ReadonlySet<string>): string {
  const kept = groups.map((group, at) => ({
    ...group,
    rules: group.rules.filter((_, rule) => places.has(`${at} ${rule}`)),
  }));
  return yamlText({ groups: kept.filter(({ rules }) => rules.length > 0) });
}

function nameOf(rule: YamlValue): string {
  return isYamlMap(rule) ? (textOf(rule.alert ?? rule.record) ?? "") : "";
}
