import { expect, test } from "vitest";
import { startAlertmanager } from "../support/alertmanager.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { waitFor } from "../support/wait-for.js";

const unknownId = "sil_00000000008008000000000000";
const createProject = `mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }`;
const create = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { silence { id } userErrors { message } } }`;
const writes = {
  update: `mutation ($id: ID!) { silenceUpdate(id: $id, input: { comment: "other" }) { silence { comment } userErrors { message } } }`,
  expire: `mutation ($id: ID!) { silenceExpire(id: $id) { silence { state } userErrors { message } } }`,
};

test("a cluster that is away does not tell another project's silence from one that does not exist", async () => {
  const [main, port] = [await startAlertmanager(), await freePort()];
  const app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [
      { name: "main", members: [{ name: "am", url: main.url }] },
      { name: "away", members: [{ name: "gone", url: `http://127.0.0.1:${port}` }] },
    ],
    upstreams: { pollIntervalSeconds: 0.2 },
  });
  const idOf = async (name: string) =>
    (await app.data(app.operator, createProject, { name })).projectCreate.project.id as string;
  const [alpha, beta] = [await idOf("alpha"), await idOf("beta")];
  const [ofAlpha, ofBeta] = [await app.token({ [alpha]: "MEMBER" }), await app.token({ [beta]: "MEMBER" })];
  const input = { project: alpha, matchers: [], duration: "1h", comment: "mending", cluster: "main" };
  const { id } = (await app.data(ofAlpha, create, { input })).silenceCreate.silence;
  await waitFor(async () => (await app.data(ofAlpha, "{ silences { totalCount } }")).silences?.totalCount === 1, {
    what: "the silence to be in the graph",
  });
  for (const query of Object.values(writes)) {
    const [theirs, nobodys] = await Promise.all(
      [id, unknownId].map(async (which) => {
        const { status, data, errors } = await app.graphql(ofBeta, query, { id: which });
        const seen = errors?.map(({ message, path, extensions: { requestId: _, ...rest } }) => ({
          message,
          path,
          rest,
        }));
        return { status, data, errors: seen };
      }),
    );
    expect(theirs).toEqual(nobodys);
    expect(nobodys?.errors?.[0]?.rest.code).toBe("UPSTREAM_UNAVAILABLE");
  }
  expect((await app.data(ofAlpha, writes.update, { id })).silenceUpdate).toEqual({
    silence: { comment: "other" },
    userErrors: [],
  });
});
