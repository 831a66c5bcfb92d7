import type { Caller } from "../access/caller.js";
import type { ChangeLog } from "../audit/change-log.js";
import { NotFoundError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import { type UserError, UserErrors } from "../graph/user-error.js";
import { isHeardOf } from "./agent.js";
import type { AgentRepository } from "./agent-repository.js";
import type { AgentWatch } from "./agent-watch.js";

/** What came of forgetting an agent. */
export interface AgentRemoval {
  readonly deletedId: string | null;
  readonly userErrors: readonly UserError[];
}

/** What operators do to agents. */
export class AgentCareService {
  constructor(
    private readonly repository: AgentRepository,
    private readonly changes: ChangeLog,
    private readonly watch: AgentWatch,
    private readonly now: () => Date,
  ) {}

  /** Forgets an agent that is gone; one that is heard of would only be there again. */
  async remove(caller: Caller, id: string): Promise<AgentRemoval> {
    caller.require("agent.administer");
    requireId("agt", id);
    const errors = new UserErrors();
    const agent = await this.repository.find(id);
    if (agent === null) throw new NotFoundError("Agent");
    if (isHeardOf(agent, this.now())) {
      errors.add("CONFLICT", "It is alive, and its next report would bring it back: stop it first.", ["id"]);
      return { deletedId: null, userErrors: errors.list };
    }
    if ((await this.repository.remove(id)) === null) throw new NotFoundError("Agent");
    const { name, hostname, outputs, lastSeenAt } = agent;
    const before = { name, hostname, outputs, lastSeenAt: lastSeenAt.toISOString() };
    const act = { entityType: "Agent", entityId: id, projectId: null, before, after: null };
    await this.changes.note(caller, [{ action: "DELETE", ...act }], null);
    this.watch.publish();
    return { deletedId: id, userErrors: errors.list };
  }
}
