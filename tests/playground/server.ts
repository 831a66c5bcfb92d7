import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { ApolloServer } from "@apollo/server";
import { expressMiddleware } from "@as-integrations/express5";
import express from "express";
import { buildSchema, GraphQLError } from "graphql";
import { createHandler } from "graphql-sse/lib/use/express";
import { playground } from "../../server/http/playground.js";
import { atFileEnd } from "../support/at-file-end.js";
import { freePort } from "../support/ports.js";

export async function startServer(assetsDirectory: string): Promise<{ origin: string; token: string }> {
  const schema = buildSchema(await readFile("/work/brief/schema-contract.graphql", "utf8"));
  const subscription = schema.getSubscriptionType()?.getFields().revisions;
  if (subscription)
    subscription.subscribe = async function* () {
      yield { revisions: 7 };
      await new Promise((r) => setTimeout(r, 100000));
    };
  const apollo = new ApolloServer({
    schema,
    introspection: true,
    plugins: [
      {
        async requestDidStart() {
          return {
            async didResolveOperation({ request }) {
              if (
                request.http?.headers.get("authorization") !== "Bearer good" ||
                !request.http?.headers.get("x-metricsinfra-client")
              )
                throw new GraphQLError("A valid API token is needed.", {
                  extensions: { code: "UNAUTHENTICATED", http: { status: 401 } },
                });
            },
          };
        },
      },
    ],
    rootValue: () => ({
      viewer: { name: "demo", kind: "API_TOKEN", globalRole: "OPERATOR", memberships: [] },
      projects: { totalCount: 1, nodes: [], pageInfo: { hasNextPage: false } },
    }),
  });
  await apollo.start();
  const app = express();
  app.use(playground({ assetsDirectory }));
  app.use("/graphql/stream", createHandler({ schema }));
  app.use("/graphql", express.json(), expressMiddleware(apollo));
  const port = await freePort();
  const server = createServer(app).listen(port, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  atFileEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${port}`, token: "good" };
}
