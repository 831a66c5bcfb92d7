import { BadUserInputError } from "../core/errors.js";
import type { Probe } from "./probe.js";
import type { DnsProbeInput, HttpProbeInput, ProbeInput } from "./probe-input.js";

/** The probe that an input means, defaults filled in; its values are not checked yet. */
export function readProbe({ http, tcp, icmp, dns }: ProbeInput): Probe {
  if (http) return readHttp(http);
  if (tcp) return { kind: "TCP", tls: tcp.tls ?? false, ipProtocol: tcp.ipProtocol ?? "ANY" };
  if (icmp) return { kind: "ICMP", ipProtocol: icmp.ipProtocol ?? "ANY" };
  if (dns) return readDns(dns);
  throw new BadUserInputError("A probe is exactly one of http, tcp, icmp and dns.", ["input", "probe"]);
}

function readHttp(input: HttpProbeInput): Probe {
  return {
    kind: "HTTP",
    method: input.method ?? "GET",
    path: input.path ?? "/",
    hostHeader: input.hostHeader ?? null,
    headers: input.headers ?? {},
    followRedirects: input.followRedirects ?? false,
    validStatusCodes: input.validStatusCodes ?? [],
    bodyMatches: input.bodyMatches ?? null,
    bodyNotMatches: input.bodyNotMatches ?? null,
    verifyTls: input.verifyTls ?? true,
    ipProtocol: input.ipProtocol ?? "ANY",
  };
}

function readDns(input: DnsProbeInput): Probe {
  return {
    kind: "DNS",
    queryName: input.queryName,
    queryType: input.queryType ?? "A",
    transport: input.transport ?? "UDP",
    answerMatches: input.answerMatches ?? null,
    ipProtocol: input.ipProtocol ?? "ANY",
  };
}
