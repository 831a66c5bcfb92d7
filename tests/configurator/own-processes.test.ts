import { expect, test } from "vitest";
import { OwnProcesses, ownEndpoints } from "../../configurator/egress/own-processes.js";
import { readSettings } from "../../configurator/settings/settings.js";
import { Workspace } from "./support/workspace.js";

test("the agent's own processes are all that its settings name", async () => {
  const machine = await Workspace.make({
    url: "https://metrics.example.org/graphql",
    settings: { listen: { host: "0.0.0.0" } },
    prometheus: { urls: ["http://127.0.0.1:9090/prefix", "https://Two.example.org"] },
    blackbox: { address: "[2001:db8::1]:9115", urls: ["http://exporter"] },
    alertmanager: { urls: ["http://[::1]:9093"] },
  });
  expect(ownEndpoints(readSettings(machine.settingsFile, {}))).toEqual([
    { host: "127.0.0.1", port: 9090 },
    { host: "two.example.org", port: 443 },
    { host: "exporter", port: 80 },
    { host: "::1", port: 9093 },
    { host: "2001:db8::1", port: 9115 },
    { host: "0.0.0.0", port: 9590 },
  ]);
});

test("a host leads to one of them by its name, by its addresses, and by all of this machine's", () => {
  const known = new Map([["exporter.example", ["192.0.2.1", "2001:db8::1"]]]);
  const endpoints = [
    { host: "exporter.example", port: 9115 },
    { host: "lost.example", port: 9116 },
  ];
  let here = ["198.51.100.7", "fe80::1%eth0"];
  const own = new OwnProcesses(
    endpoints,
    (name) => known.get(name),
    () => here,
  );
  expect(own.names).toEqual(["exporter.example", "lost.example"]);
  const judge = (address: string, port: number) => own.judge("x.example", [address], port);
  expect([own.isAt(9115), own.isAt(9100), judge("192.0.2.1", 9100)]).toEqual([true, false, "OTHER"]);
  for (const address of ["192.0.2.1", "2001:DB8:0::1", "64:ff9b::192.0.2.1", "127.0.0.9", "198.51.100.7", "fe80::1"]) {
    expect([address, judge(address, 9115)]).toEqual([address, "OWN"]);
  }
  for (const address of ["192.0.2.2", "198.51.100.8"]) {
    expect([address, judge(address, 9115), judge(address, 9116)]).toEqual([address, "OTHER", "UNKNOWN"]);
  }
  expect([own.judge("exporter.example", [], 9115), own.judge("x.example", [], 9115)]).toEqual(["OWN", "OTHER"]);
  here = ["198.51.100.8"];
  own.lookAround();
  expect([judge("198.51.100.7", 9115), judge("198.51.100.8", 9115)]).toEqual(["OTHER", "OWN"]);
});
