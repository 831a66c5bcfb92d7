import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { DatabaseContent } from "../support/database-content.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { createProject, groupCreate, webhook } from "./contact-operations.js";

const [first, second] = ["first", "second"].map((id) => ({ id, key: Buffer.alloc(32, id).toString("base64") }));

describeOnEachDatabase((database) => {
  const start = (...keys: unknown[]) =>
    startApp(database.settings, { secrets: { keys: keys as { id: string; key: string }[] } });
  const headers = { "idempotency-key": "once" };
  const bodyWith = (project: string, secret: string) => ({
    query: groupCreate,
    variables: { input: { project, name: "g", contacts: [webhook(secret)] } },
  });
  const send = async (app: TestApp, token: string, project: string, secret: string) => {
    const { query, variables } = bodyWith(project, secret);
    return app.graphql(token, query, variables, headers);
  };

  it("lets nobody with the database try likely secrets against the hash of a request", async () => {
    const app = await start(first);
    const project = await createProject(app, "guessed");
    const token = await app.token({ [project]: "MEMBER" });
    expect((await send(app, token, project, "123456")).data.contactGroupCreate.userErrors).toEqual([]);
    const guess = createHash("sha256")
      .update(JSON.stringify(bodyWith(project, "123456")))
      .digest("hex");
    const stored = await DatabaseContent.of(database.settings, (content) =>
      content.sql("SELECT request_hash FROM audit_entry WHERE idempotency_key IS NOT NULL"),
    );
    expect(stored).toEqual([{ request_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(stored).not.toEqual([{ request_hash: guess }]);
    await app.close();
  });

  it("still tells a repeat from another request after the key has changed, and of entries from before there was one", async () => {
    const old = await start(first);
    const project = await createProject(old, "repeated");
    const token = await old.token({ [project]: "MEMBER" });
    const { data } = await send(old, token, project, "s3cret");
    await old.close();

    const app = await start(second, first);
    expect((await send(app, token, project, "s3cret")).data).toEqual(data);
    const other = await send(app, token, project, "other");
    expect(other.errors?.map(({ extensions }) => extensions.code)).toEqual(["CONFLICT"]);

    const plain = createHash("sha256")
      .update(JSON.stringify(bodyWith(project, "s3cret")))
      .digest("hex");
    const entry = `UPDATE audit_entry SET request_hash = '${plain}' WHERE project_id = '${project}' AND idempotency_key IS NOT NULL`;
    await DatabaseContent.of(database.settings, (content) => content.sql(entry));
    expect((await send(app, token, project, "s3cret")).data).toEqual(data);
    await app.close();
  });
});
