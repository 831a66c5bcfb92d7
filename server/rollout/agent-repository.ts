import type { QueryDeepPartialEntity } from "typeorm";
import type { Database } from "../core/database/database.js";
import { everything } from "../core/database/narrow.js";
import { TableReader } from "../core/database/table-reader.js";
import { Agent } from "./agent.js";

/** Agents in the database: one row each, as last reported. */
export class AgentRepository extends TableReader<Agent> {
  constructor(database: Database) {
    super(database, Agent);
  }

  /** All agents; there are few. */
  list(): Promise<Agent[]> {
    return this.select(everything, { property: "name", direction: "ASC" });
  }

  /** How many agents there are. */
  countAll(): Promise<number> {
    return this.database.read((manager) => manager.count(Agent));
  }

  /** Alters one agent as `change` says; null when it is not there. Serialised with its reports. */
  async change(id: string, change: (earlier: Agent) => Partial<Agent>): Promise<Agent | null> {
    const found = await this.find(id);
    if (found === null) return null;
    return this.report(found.name, (earlier) => earlier && Object.assign(earlier, change(earlier)));
  }

  /** Forgets an agent; null when it was not there. */
  async remove(id: string): Promise<Agent | null> {
    return this.database.transaction(async (manager) => {
      const found = await manager.findOne(Agent, { where: { id } });
      if (found === null) return null;
      await manager.delete(Agent, { id });
      return found;
    });
  }

  /** Replaces the report that `decide` is shown with the one that it answers; null leaves it. Serialised per name. */
  async report(name: string, decide: (earlier: Agent | null) => Agent | null): Promise<Agent | null> {
    return this.database.transaction(async (manager) => {
      const lock = this.database.isSqlite ? {} : { lock: { mode: "pessimistic_write" as const } };
      const earlier = await manager.findOne(Agent, { where: { name }, ...lock });
      const agent = decide(earlier);
      if (agent === null) return null;
      const row = agent as QueryDeepPartialEntity<Agent>;
      if (earlier) await manager.update(Agent, { id: earlier.id }, row);
      else await manager.insert(Agent, row);
      return agent;
    });
  }
}
