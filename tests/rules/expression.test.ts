import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";

const query = `query ($project: ID!, $expr: PromQL!) {
  expression(project: $project, expr: $expr) { valid enforcedExpr verifiedByPrometheus problems { message from to } }
}`;

describeOnEachDatabase((database) => {
  let app: TestApp;
  let viewer: string;
  let stranger: string;
  let project: string;

  beforeAll(async () => {
    app = await startApp(database.settings);
    const create = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
    const made = async (name: string) => (await app.data(app.operator, create, { name })).projectCreate.project.id;
    project = await made("tools");
    viewer = await app.token({ [project]: "VIEWER" });
    stranger = await app.token({ [await made("other")]: "ADMIN" });
  });

  it("says how an expression would run, or where it is wrong", async () => {
    const report = async (expr: string) => (await app.data(viewer, query, { project, expr })).expression;
    expect(await report("sum(rate(x[300s]))  by (job)")).toEqual({
      valid: true,
      enforcedExpr: 'sum by (job) (rate(x{project="tools"}[5m]))',
      verifiedByPrometheus: false,
      problems: [],
    });
    expect(await report('x{project="other"} or rate(y)')).toEqual({
      valid: false,
      enforcedExpr: null,
      verifiedByPrometheus: false,
      problems: [
        {
          message:
            "Argument 1 of rate must be a range vector, and this is an instant vector. Add a range such as [5m].",
          from: 27,
          to: 28,
        },
      ],
    });
    expect(await report('x{project="other"} or y')).toEqual({
      valid: false,
      enforcedExpr: null,
      verifiedByPrometheus: false,
      problems: [
        {
          message: "Remove this matcher: an expression reads its own project, and project is added by itself.",
          from: 2,
          to: 17,
        },
      ],
    });
  });

  it("answers only for projects that the caller sees", async () => {
    const code = async (token: string | null, id: string) =>
      (await app.graphql(token, query, { project: id, expr: "up" })).errors?.map(({ extensions }) => extensions.code);
    expect(await code(null, project)).toEqual(["UNAUTHENTICATED"]);
    expect(await code(stranger, project)).toEqual(["NOT_FOUND"]);
    expect(await code(app.operator, "prj_01jd0000000000000000000000")).toEqual(["NOT_FOUND"]);
    expect(await code(app.operator, "rul_01jd0000000000000000000000")).toEqual(["BAD_USER_INPUT"]);
  });
});
