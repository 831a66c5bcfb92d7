import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { changes, createGroup, createProject } from "./contact-operations.js";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let agent: string;
  let beforeMany: number;

  beforeAll(async () => {
    app = await startApp(database.settings);
    agent = await app.token("AGENT");
    await createGroup(app, await createProject(app, "first"), "g", ["first"]);
    beforeMany = (await app.data(agent, "{ revision }")).revision;
    for (let number = 0; number < 30; number++) {
      const project = await createProject(app, `p${number}`);
      for (const name of ["a", "b", "c"]) await createGroup(app, project, name, [`${name}-0`, `${name}-1`, null]);
    }
  });

  it("an agent fetches 31 projects with 181 secrets in as many SQL statements as one project with six", async () => {
    const fetched = async (sinceRevision: number) => {
      let nodes: { project: { contactGroups: { nodes: { contacts: { secret: string | null }[] }[] } } }[] = [];
      const statements = await app.statementsOf(async () => {
        nodes = (await app.data(agent, changes, { sinceRevision })).changedProjects.nodes;
      });
      const contacts = nodes.flatMap(({ project }) => project.contactGroups.nodes.flatMap((group) => group.contacts));
      const secrets = contacts.filter(({ secret }) => secret !== null).length;
      return { projects: nodes.length, secrets, ofSecrets: ofSecrets(statements), statements: statements.length };
    };
    const all = await fetched(0);
    expect(all).toMatchObject({ projects: 31, secrets: 181, ofSecrets: 1 });
    const some = await fetched(beforeMany);
    expect(some).toMatchObject({ projects: 30, secrets: 180 });
    const last = (await app.data(agent, "{ revision }")).revision;
    const one = await fetched(last - 1);
    expect(one).toEqual({ projects: 1, secrets: 6, ofSecrets: 1, statements: all.statements });
  });

  it("who may not read secrets does not have them read", async () => {
    expect(ofSecrets(await app.statementsOf(() => app.data(app.operator, changes)))).toBe(0);
  });
});

function ofSecrets(statements: readonly string[]): number {
  return statements.filter((statement) => /FROM ["`]secret["`]/.test(statement)).length;
}
