import { expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const egress = (...allowedNetworks: string[]) => ({
  egress: { allowedNetworks, hosts: [{ names: ["*"], addresses: true }] },
});

describeOnEachDatabase((database) => {
  const make = async (app: TestApp, type: string, input: object): Promise<string> => {
    const field = `${type[0]?.toLowerCase()}${type.slice(1)}`;
    const mutation = `mutation ($input: ${type}CreateInput!) { payload: ${field}Create(input: $input) { ${field} { id } userErrors { message path } } }`;
    const { payload } = await app.data(app.operator, mutation, { input });
    expect(payload.userErrors).toEqual([]);
    return payload[field].id;
  };
  const remove = async (app: TestApp, field: string, id: string) => {
    await app.data(app.operator, `mutation { ${field}Delete(id: "${id}") { deletedId } }`);
    const query = `{ auditEntries(filter: { entityId: "${id}" }, first: 1) { nodes { id } } }`;
    return (await app.data(app.operator, query)).auditEntries.nodes[0].id;
  };
  const restored = async (app: TestApp, entry: string) => {
    const mutation = `mutation { entityRestore(auditEntry: "${entry}") { entity { id } userErrors { code path } } }`;
    return (await app.data(app.operator, mutation)).entityRestore;
  };

  it("holds what comes back to where it may point today", async () => {
    const wide = await startApp(database.settings, egress("192.0.2.0/24", "198.51.100.0/24"));
    const project = await make(wide, "Project", { name: "tools" });
    const targets = (host: string) => ({ staticTargets: [{ host, port: 80 }] });
    const [allowed, forbidden] = [
      await make(wide, "ScrapeJob", { project, name: "allowed", ...targets("192.0.2.1") }),
      await make(wide, "ScrapeJob", { project, name: "forbidden", ...targets("198.51.100.1") }),
    ];
    const contacts = [
      { type: "WEBHOOK", value: "https://192.0.2.1/a" },
      { type: "SLACK", value: "#ops", secret: "https://198.51.100.1/secret" },
    ];
    const group = await make(wide, "ContactGroup", { project, name: "ops", contacts });
    const ofAllowed = await remove(wide, "scrapeJob", allowed);
    const ofForbidden = await remove(wide, "scrapeJob", forbidden);
    const ofGroup = await remove(wide, "contactGroup", group);
    const whole = await make(wide, "Project", { name: "whole" });
    const inWhole = await make(wide, "ScrapeJob", { project: whole, name: "job", ...targets("198.51.100.1") });
    const ofWhole = await remove(wide, "project", whole);
    await wide.close();

    const narrow = await startApp(database.settings, egress("192.0.2.0/24"));
    const refused = (...path: string[]) => ({
      entity: null,
      userErrors: [{ code: "INVALID", path: ["auditEntry", "before", ...path] }],
    });
    expect(await restored(narrow, ofAllowed)).toEqual({ entity: { id: allowed }, userErrors: [] });
    expect(await restored(narrow, ofForbidden)).toEqual(refused("staticTargets", "0", "host"));
    expect(await restored(narrow, ofGroup)).toEqual(refused("contacts", "1", "secret"));
    expect(await restored(narrow, ofWhole)).toEqual(refused(inWhole, "staticTargets", "0", "host"));
    await narrow.close();

    const again = await startApp(database.settings, egress("192.0.2.0/24", "198.51.100.0/24"));
    for (const [entry, id] of [
      [ofForbidden, forbidden],
      [ofGroup, group],
      [ofWhole, whole],
    ] as const) {
      expect(await restored(again, entry)).toEqual({ entity: { id }, userErrors: [] });
    }
  });
});
