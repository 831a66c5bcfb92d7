import "reflect-metadata";
import { expect, it } from "vitest";
import { acknowledgementOfGroup } from "../../server/silences/acknowledgements/group-acknowledgement.js";

/** Alerts by the time since when they fire, and acknowledgements by the time when they were made. */
function groupOf(startsAtMs: readonly number[], acknowledged: Readonly<Record<number, number>>) {
  const alerts = startsAtMs.map((ms, index) => ({ fingerprint: `${index}`, startsAtMs: ms }));
  const of = (fingerprint: string) => {
    const createdAtMs = acknowledged[Number(fingerprint)];
    return createdAtMs === undefined ? null : { id: "ack", ownerName: "alice", createdAtMs };
  };
  return acknowledgementOfGroup(alerts, { of });
}

it.each([
  ["of nobody", [1, 2], {}, { acknowledged: 0, total: 2, joinedSince: 0 }],
  ["that is empty", [], {}, { acknowledged: 0, total: 0, joinedSince: 0 }],
  ["of which all is", [1, 2], { 0: 5, 1: 6 }, { acknowledged: 2, total: 2, joinedSince: 0 }],
  ["of which one was left out", [1, 2], { 0: 5 }, { acknowledged: 1, total: 2, joinedSince: 0 }],
  ["that others joined", [1, 7, 8], { 0: 5 }, { acknowledged: 1, total: 3, joinedSince: 2 }],
  ["that others joined between two", [1, 2, 7, 9], { 0: 5, 1: 8 }, { acknowledged: 2, total: 4, joinedSince: 1 }],
  ["in whatever order", [9, 7, 2, 1], { 2: 8, 3: 5 }, { acknowledged: 2, total: 4, joinedSince: 1 }],
])("counts a group %s", (_title, startsAtMs, acknowledged, expected) => {
  expect(groupOf(startsAtMs, acknowledged)).toEqual(expected);
});
