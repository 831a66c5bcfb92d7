import {
  type BaseFile,
  BaseFileError,
  isYamlMap,
  listAt,
  refuseRelativePaths,
  textOf,
  type YamlMap,
} from "./base-file.js";
import type { ContactFragment } from "./contact-fragment.js";
import { refuseInhibitRules } from "./inhibit-rules.js";
import { watchdogRoute } from "./watchdog.js";
import { type YamlValue, yamlText } from "./yaml-text.js";

/**
 * Alertmanager's config: the base file, the projects' routes before its own, the projects' receivers after its own, and
 * before all others the watchdog's route, to `watchdogReceiver` or nobody.
 */
export function renderAlertmanagerConfig(
  base: BaseFile,
  projects: readonly ContactFragment[],
  watchdogReceiver?: string,
): string {
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
  refuseProjectReceivers(base, route, "route");
  refuseInhibitRules(base);
  const watchdog = watchdogRoute(watchdogReceiver);
  return yamlText({
    ...base.content,
    route: {
      ...route,
      routes: [watchdog.route, ...projects.flatMap((project) => project.routes), ...listAt(base, route, "routes")],
    },
    receivers: [
      ...listAt(base, base.content, "receivers"),
      ...watchdog.receivers,
      ...projects.flatMap((project) => project.receivers.map((receiver) => withGlobalHttp(base, receiver))),
    ],
  });
}

/** A route of the operators' to a project's receiver would tell the project's contacts of others' alerts. */
function refuseProjectReceivers(base: BaseFile, route: YamlMap, path: string): void {
  const receiver = textOf(route.receiver);
  if (receiver?.includes("/")) {
    const reason = `"${receiver}" is a name that is kept for the contact groups of the projects`;
    throw new BaseFileError(base.name, `${path}.receiver`, reason);
  }
  for (const [index, below] of listAt(base, route, "routes").entries()) {
    if (isYamlMap(below)) refuseProjectReceivers(base, below, `${path}.routes[${index}]`);
  }
}

/** What in an HTTP config says who we are: nothing that a tenant's receiver should be told. */
const credentials = ["authorization", "basic_auth", "bearer_token", "bearer_token_file", "oauth2", "http_headers"];

/**
 * A project's receiver with what the base file says of HTTP for all: a proxy, trusted certificates. Alertmanager takes a
 * receiver's own HTTP config, and ours has one, instead of the global one and not on top of it.
 */
function withGlobalHttp(base: BaseFile, receiver: YamlValue): YamlValue {
  const { global } = base.content;
  const http = isYamlMap(global) ? global.http_config : undefined;
  if (!isYamlMap(http) || !isYamlMap(receiver)) return receiver;
  const common = Object.fromEntries(Object.entries(http).filter(([key]) => !credentials.includes(key)));
  const merged = (config: YamlValue) =>
    isYamlMap(config) && isYamlMap(config.http_config)
      ? { ...config, http_config: { ...common, ...config.http_config } }
      : config;
  return Object.fromEntries(
    Object.entries(receiver).map(([key, value]) => [key, Array.isArray(value) ? value.map(merged) : value]),
  );
}

/** Whether the base file says how mail is sent; without that Alertmanager refuses every e-mail contact. */
export function hasMailServer(base: BaseFile): boolean {
  const { global } = base.content;
  return isYamlMap(global) && [global.smtp_smarthost, global.smtp_from].every((value) => textOf(value) !== undefined);
}
