import { beforeAll, expect, it } from "vitest";
import { describeOnEachDatabase } from "../support/databases.js";
import { existingIds } from "./existing-ids.js";
import { operationOn, type RootField, rootFields } from "./generated-operation.js";
import { type SampleApp, startSampleApp } from "./sample-app.js";

describeOnEachDatabase((database) => {
  let app: SampleApp;
  let otherProject: string;
  beforeAll(async () => {
    app = await startSampleApp({ database: database.settings });
    otherProject = (await app.data(app.operator, `{ project(name: "other") { id } }`)).project.id;
  });

  /** Sends it as somebody new, as nobody is recorded more often than a few times a minute. */
  const attempt = async (field: RootField, role: "VIEWER" | "MEMBER" | "ADMIN", project: string) => {
    const token = await app.token({ [project]: role });
    const { query, variables } = operationOn(field, existingIds(app.ids, field.name));
    const { data, errors } = await app.graphql(token, query, variables, { "x-request-id": field.name });
    return { code: errors?.[0]?.extensions.code, mistakes: data?.[field.name]?.userErrors };
  };
  /** Where each mutation names what it is about; those that are about nothing in particular are left out. */
  const target = (field: RootField) => {
    const { variables } = operationOn(field, existingIds(app.ids, field.name));
    const { id, of, auditEntry, input } = variables as {
      readonly id?: string;
      readonly of?: { readonly ids: readonly string[] };
      readonly auditEntry?: string;
      readonly input?: { readonly project?: string; readonly alerts?: readonly string[] };
    };
    return id ?? of?.ids[0] ?? auditEntry ?? input?.project ?? input?.alerts?.[0] ?? "";
  };

  it("records each mutation on another project once, for operators alone, and changes nothing", async () => {
    const mutations = rootFields(app.app.schema, "mutation");
    expect(mutations.length).toBeGreaterThanOrEqual(20);
    for (const field of mutations) {
      const before = await app.refusals();
      const member = await app.token({ [otherProject]: "MEMBER" });
      const stored = await app.stored();
      const { query, variables } = operationOn(field, existingIds(app.ids, field.name));
      const { data, errors } = await app.graphql(member, query, variables, { "x-request-id": field.name });
      const { userErrors = [], results = [] } = data?.[field.name] ?? {};
      const mistakes = [...userErrors, ...results.flatMap((result: { userErrors: object[] }) => result.userErrors)];
      const code = errors?.[0]?.extensions.code ?? mistakes[0].code;
      expect([field.name, await app.stored()]).toEqual([field.name, stored]);
      const [entry, ...others] = (await app.refusals()).slice(before.length);
      expect(others).toEqual([]);
      expect(entry).toEqual({
        id: expect.stringMatching(/^aud_/),
        revision: expect.any(Number),
        at: expect.anything(),
        actor_id: expect.stringMatching(/^tok_/),
        actor: "test",
        actor_kind: "API_TOKEN",
        source: expect.stringMatching(/127\.0\.0\.1|::1/),
        request_id: field.name,
        project_id: null,
        action: "REFUSED",
        entity_type: field.name,
        entity_id: target(field),
        before: null,
        after: null,
        reason: expect.stringMatching(new RegExp(`^${code}: .*\\.$`)),
        idempotency_key: null,
        request_hash: null,
      });
    }
  });

  it("records what a viewer of the project may not, for the project", async () => {
    for (const field of rootFields(app.app.schema, "mutation")) {
      const before = (await app.refusals()).length;
      const { code } = await attempt(field, "VIEWER", app.ids.prj ?? "");
      const entries = (await app.refusals()).slice(before);
      const isOfProject = code === "FORBIDDEN" && /^(prj|cgr|job|rul|sil|alr|ack|aud)_/.test(target(field));
      expect(entries.map(({ entity_type, project_id }) => [entity_type, project_id])).toEqual([
        [field.name, isOfProject ? app.ids.prj : null],
      ]);
    }
  });
});
