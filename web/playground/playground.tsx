import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { useMemo, useState } from "react";
import { ExampleMenu } from "./example-menu.jsx";
import { examples } from "./examples.js";
import favicon from "./favicon.svg";
import { createFetcher } from "./fetcher.js";
import { type SignIn, sessionEnded } from "./sign-in.js";
import { TokenField } from "./token-field.jsx";

const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];
const tabs = examples.flatMap(({ query, variables, isOpen }) => {
  return isOpen ? [{ query, variables: variables ?? null }] : [];
});

/** GraphiQL below a bar that says who is asking. A new fetcher, made for each who is accepted, makes GraphiQL load the schema. */
export function Playground() {
  const [signIn, setSignIn] = useState<SignIn>({ state: "missing" });
  const token = signIn.state === "accepted" ? signIn.token : undefined;
  const fetcher = useMemo(() => createFetcher(token, () => token === null && setSignIn(sessionEnded)), [token]);

  return (
    <GraphiQLProvider fetcher={fetcher} defaultTabs={tabs} plugins={plugins} referencePlugin={DOC_EXPLORER_PLUGIN}>
      <HistoryStore>
        <DocExplorerStore>
          <header className="bar">
            <h1>
              <img src={favicon} alt="" width="22" height="22" />
              metricsinfra <small>playground</small>
            </h1>
            <ExampleMenu />
            <TokenField value={signIn} onChange={setSignIn} />
          </header>
          <main>
            <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
              <GraphiQL.Logo>{null}</GraphiQL.Logo>
            </GraphiQLInterface>
          </main>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}
