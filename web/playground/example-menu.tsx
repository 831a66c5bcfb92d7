import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { examples } from "./examples.js";

/** Opens a ready operation: in the tab that has it, or else in a new one. */
export function ExampleMenu() {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(({ tabs, queryEditor, variableEditor }) => ({
    tabs,
    queryEditor,
    variableEditor,
  }));

  const open = (name: string) => {
    const example = examples.find((candidate) => candidate.name === name);
    if (!example) return;
    const index = tabs.findIndex((tab) => tab.title === name);
    if (index >= 0) {
      changeTab(index);
      return;
    }
    addTab();
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(example.variables ?? "");
  };

  return (
    <select className="examples" aria-label="Open an example" value="" onChange={(event) => open(event.target.value)}>
      <option value="">Examples</option>
      {examples.map(({ name, title }) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  );
}
