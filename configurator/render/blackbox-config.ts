import { type BaseFile, BaseFileError, isYamlMap, type YamlMap } from "./base-file.js";
import type { ProbeModules } from "./probe-module.js";
import { PlainScalar, yamlText } from "./yaml-text.js";

/** The blackbox exporter's config: the base file's modules and one for each probe of the projects. */
export function renderBlackboxConfig(base: BaseFile, projects: readonly ProbeModules[]): string {
  const own = ownModules(base);
  const clash = Object.keys(own).find((name) => name.includes("/"));
  if (clash !== undefined) {
    throw new BaseFileError(base.name, `modules.${clash}`, 'names with a "/" are kept for the probes of the projects');
  }
  return yamlText({ ...base.content, modules: Object.assign({}, own, ...projects) });
}

function ownModules(base: BaseFile): YamlMap {
  const { modules } = base.content;
  if (modules === undefined || (modules instanceof PlainScalar && modules.text === "")) return {};
  if (!isYamlMap(modules)) throw new BaseFileError(base.name, "modules", "must be a map");
  return modules;
}
