import { type BaseFile, BaseFileError, isYamlMap, listAt, refuseRelativePaths, textOf } from "./base-file.js";
import type { ContactFragment } from "./contact-fragment.js";
import { yamlText } from "./yaml-text.js";

/** Alertmanager's config: the base file, the projects' routes before its own, the projects' receivers after its own. */
export function renderAlertmanagerConfig(base: BaseFile, projects: readonly ContactFragment[]): string {
  refuseRelativePaths(base);
  const { route } = base.content;
  if (!isYamlMap(route) || textOf(route.receiver) === undefined) {
    throw new BaseFileError(base.name, "route", "the file must have a root route with a receiver");
  }
  for (const [index, receiver] of listAt(base, base.content, "receivers").entries()) {
    const name = isYamlMap(receiver) ? textOf(receiver.name) : undefined;
    if (name?.includes("/")) {
      const reason = `"${name}" holds a "/": such names are kept for the contact groups of the projects`;
      throw new BaseFileError(base.name, `receivers[${index}].name`, reason);
    }
  }
  return yamlText({
    ...base.content,
    route: { ...route, routes: [...projects.flatMap((project) => project.routes), ...listAt(base, route, "routes")] },
    receivers: [...listAt(base, base.content, "receivers"), ...projects.flatMap((project) => project.receivers)],
  });
}

/** Whether the base file says how mail is sent; without that Alertmanager refuses every e-mail contact. */
export function hasMailServer(base: BaseFile): boolean {
  const { global } = base.content;
  return isYamlMap(global) && [global.smtp_smarthost, global.smtp_from].every((value) => textOf(value) !== undefined);
}
