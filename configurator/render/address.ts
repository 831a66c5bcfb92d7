import type { StaticTargetConfig } from "../fetch/project-config.js";

/** `host:port`, an IPv6 address in brackets; the host alone where there is no port. */
export function address(target: StaticTargetConfig): string {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return target.port === null ? host : `${host}:${target.port}`;
}
