import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import * as sdk from "../../sdk/index.js";
import { GraphServer } from "./support/graph-server.js";

const project: sdk.Project = {
  id: "prj_1",
  name: "shop",
  openstackId: null,
  description: "",
  extraLabels: { team: "a" },
  aclGroup: null,
  limitTier: "default",
  defaultContactGroup: null,
  viewerRole: "ADMIN",
  revision: 3,
  version: 1,
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
};
const done = { diff: [{ field: "name", before: null, after: "shop" }], revision: 3, userErrors: [] };
const taken = { code: "TAKEN", message: "This name is taken.", path: ["input", "name"] };

let graph: GraphServer;

interface Args {
  readonly input: { readonly name: string };
  readonly dryRun: boolean;
}

beforeAll(async () => {
  graph = await GraphServer.start({
    projectCreate: ({ input, dryRun }: Args) => {
      if (input.name === "taken") return { diff: [], userErrors: [taken] };
      if (input.name === "lost") return done;
      return dryRun ? { ...done, revision: null } : { ...done, project };
    },
    projectDelete: ({ id }: { id: string }) => ({ ...done, deletedId: id }),
  });
});
const connect = () => sdk.createClient({ url: graph.url, token: "t", retry: false });

describe("a mutation", () => {
  it("gives what was written, which is surely there", async () => {
    const result = await connect().projects.create({ name: "shop" });
    expect(result).toEqual({ project, ...done });
    expectTypeOf(result.project).toEqualTypeOf<sdk.Project>();
  });

  it("throws what is wrong with its input", async () => {
    const error: unknown = await connect()
      .projects.create({ name: "taken" })
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(sdk.UserInputError);
    expect(error).toMatchObject({
      userErrors: [taken],
      code: "TAKEN",
      message: "input.name: This name is taken. (TAKEN)",
    });
  });

  it("gives the payload instead if the call or the client asks for it", async () => {
    const lenient = sdk.createClient({ url: graph.url, token: "t", throwOnUserErrors: false });
    const byCall = await connect().projects.create({ name: "taken" }, { throwOnUserErrors: false });
    const byClient = await lenient.projects.create({ name: "taken" });
    const payload = { project: null, diff: [], revision: null, userErrors: [taken] };
    expect([byCall, byClient]).toEqual([payload, payload]);
    expectTypeOf(byCall.project).toEqualTypeOf<sdk.Project | null>();
    expectTypeOf(byClient.project).toEqualTypeOf<sdk.Project | null>();
    const strict = lenient.projects.create({ name: "taken" }, { throwOnUserErrors: true });
    expectTypeOf<Awaited<typeof strict>["project"]>().toEqualTypeOf<sdk.Project>();
    await expect(strict).rejects.toBeInstanceOf(sdk.UserInputError);
  });

  it("that is a dry run gives the diff alone, and throws user errors all the same", async () => {
    const result = await connect().projects.create({ name: "shop" }, { dryRun: true });
    expect(result).toEqual({ ...done, project: null, revision: null });
    expectTypeOf(result.project).toEqualTypeOf<sdk.Project | null>();
    await expect(connect().projects.create({ name: "taken" }, { dryRun: true })).rejects.toBeInstanceOf(
      sdk.UserInputError,
    );
  });

  it("is a server's error when nothing comes back", async () => {
    await expect(connect().projects.create({ name: "lost" })).rejects.toThrow(
      new sdk.ServerError("the change was made, but the server did not give project back"),
    );
  });

  it("that removes gives the id", async () => {
    const result = await connect().projects.remove("prj_1", { expectedVersion: 4 });
    expect(result).toEqual({ deletedId: "prj_1", ...done });
    expectTypeOf(result.deletedId).toEqualTypeOf<string>();
    expect(graph.requests.at(-1)?.variables).toEqual({ id: "prj_1", expectedVersion: 4 });
  });
});

describe("the types of inputs", () => {
  it("know what is required, what is exclusive and what does not exist", () => {
    const { create } = sdk.createClient({ url: "http://localhost" }).scrapeJobs;
    type Input = Parameters<typeof create>[0];
    expectTypeOf<{ project: string; name: string; probe: { http: { path: "/x" } } }>().toExtend<Input>();
    expectTypeOf<{
      project: string;
      name: string;
      probe: { tcp: { tls: true }; icmp: object };
    }>().not.toExtend<Input>();
    expectTypeOf<{ name: string }>().not.toExtend<Input>();
    expectTypeOf<{ project: string; name: string; scheme: "FTP" }>().not.toExtend<Input>();
    // @ts-expect-error: a misspelled option must not turn a dry run into a write
    void (() => connect().projects.create({ name: "x" }, { dryrun: true }));
  });
});
