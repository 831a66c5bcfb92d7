import type { TestApp } from "../support/app.js";

const outcome = "diff { field before after } revision userErrors { code message path }";
const group = "contactGroup { id name version contacts { type value hasSecret secret secretProblem } }";

export const groupCreate = `mutation ($input: ContactGroupCreateInput!, $dryRun: Boolean! = false) {
  contactGroupCreate(input: $input, dryRun: $dryRun) { ${group} ${outcome} }
}`;
export const groupUpdate = `mutation ($id: ID!, $input: ContactGroupUpdateInput!, $dryRun: Boolean! = false) {
  contactGroupUpdate(id: $id, input: $input, dryRun: $dryRun) { ${group} ${outcome} }
}`;
export const groupDelete = "mutation ($id: ID!) { contactGroupDelete(id: $id) { deletedId diff { before after } } }";
export const changes = `query ($sinceRevision: Int! = 0) {
  changedProjects(sinceRevision: $sinceRevision, first: 100) { nodes { name project {
    contactGroups(first: 10) { nodes { name contacts { value hasSecret secret secretProblem } } }
  } } }
}`;

export async function createProject(app: TestApp, name: string): Promise<string> {
  const query = "mutation ($name: String!) { projectCreate(input: { name: $name }) { project { id } } }";
  return (await app.data(app.operator, query, { name })).projectCreate.project.id;
}

/** Creates a group with one webhook for each secret, and gives its id. */
export async function createGroup(
  app: TestApp,
  project: string,
  name: string,
  secrets: readonly (string | null)[],
): Promise<string> {
  const input = { project, name, contacts: secrets.map(webhook) };
  const { contactGroupCreate } = await app.data(app.operator, groupCreate, { input });
  if (contactGroupCreate.userErrors.length > 0) throw new Error(JSON.stringify(contactGroupCreate.userErrors));
  return contactGroupCreate.contactGroup.id;
}

/** The webhook contact number `index`. */
export function webhook(secret: string | null, index = 0) {
  return { type: "WEBHOOK", value: `https://example.org/${index}`, ...(secret === null ? {} : { secret }) };
}

/** What a caller reads of the secrets of a group's contacts. */
export async function secretsOf(app: TestApp, token: string, id: string): Promise<object[]> {
  const query = "query ($id: ID!) { node(id: $id) { ... on ContactGroup { contacts { secret secretProblem } } } }";
  return (await app.data(token, query, { id })).node.contacts;
}
