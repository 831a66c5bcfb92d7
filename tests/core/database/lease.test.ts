import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { migrations } from "../../../migrations/migrations.js";
import { Revision } from "../../../server/audit/revision.js";
import type { Database } from "../../../server/core/database/database.js";
import { databaseSettings } from "../../../server/core/database/database-settings.js";
import { Lease, LeaseLost, type Tenure } from "../../../server/core/database/lease.js";
import { LeaseRepository } from "../../../server/core/database/lease-repository.js";
import { LeaseRow } from "../../../server/core/database/lease-row.js";
import { openDatabase } from "../../../server/core/database/open-database.js";
import { entities } from "../../../server/entities.js";
import { atEnd } from "../../support/at-end.js";
import { type DatabaseSettings, describeOnEachDatabase } from "../../support/databases.js";
import { createMariadbDatabase } from "../../support/mariadb.js";
import { startProcess } from "../../support/process.js";
import { waitFor } from "../../support/wait-for.js";

const open = async (settings: DatabaseSettings): Promise<Database> => {
  const database = await openDatabase(databaseSettings.parse(settings), { entities, migrations });
  atEnd(() => database.close());
  return database;
};

describeOnEachDatabase((test) => {
  let database: Database;
  beforeAll(async () => {
    database = await open(test.settings);
  });

  const holderOf =
    (name: string, durationMs: number) =>
    (holder: string, monotonicMs = () => performance.now()) =>
      new Lease(new LeaseRepository(database), { name, holder, durationMs, monotonicMs });
  const rowOf = (name: string) => database.read((manager) => manager.findOneBy(LeaseRow, { name }));
  /** Takes the lease as soon as it is free. */
  const takenBy = (lease: Lease) => waitFor(() => lease.during(async () => true), { what: "the lease to be free" });

  it("is had by one, also of twenty that ask at once for one that nobody ever had", async () => {
    const make = holderOf("crowd", 60_000);
    let together = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        make(`holder-${index}`).during(async () => {
          together++;
          return index;
        }),
      ),
    );
    const [winner] = outcomes.filter((outcome) => outcome !== null);
    expect([together, outcomes.filter((outcome) => outcome !== null)]).toEqual([1, [winner]]);
    expect(await rowOf("crowd")).toMatchObject({ holder: `holder-${winner}`, term: 1 });
  });

  it("stays with who works again and again, and goes to another at once when it is given up", async () => {
    const make = holderOf("given-up", 60_000);
    const [first, second] = [make("first"), make("second")];
    expect(await first.during(async () => "worked")).toBe("worked");
    expect(await first.during(async () => "again")).toBe("again");
    expect(await second.during(async () => "worked")).toBeNull();
    expect(await rowOf("given-up")).toMatchObject({ holder: "first", term: 1 });
    await second.release();
    expect(await second.during(async () => "worked")).toBeNull();
    await first.release();
    expect(await second.during(async () => "worked")).toBe("worked");
    expect(await rowOf("given-up")).toMatchObject({ holder: "second", term: 2 });
  });

  it("ends by time, by the clock of the database, and begins a new term also for who had it", async () => {
    const make = holderOf("expired", 300);
    const [first, second] = [make("first"), make("second")];
    await first.during(async () => true);
    await takenBy(second);
    expect(await rowOf("expired")).toMatchObject({ holder: "second", term: 2 });
    await waitFor(async () => ((await rowOf("expired"))?.expiresAt.getTime() ?? 0) < Date.now() - 50, {
      what: "its end",
    });
    await takenBy(second);
    expect(await rowOf("expired")).toMatchObject({ holder: "second", term: 3 });
  });

  it("is renewed while work takes longer than it lasts", async () => {
    const make = holderOf("long", 400);
    const [first, second] = [make("first"), make("second")];
    const begunMs = performance.now();
    let refused = 0;
    await first.during(async (tenure) => {
      while (performance.now() - begunMs < 1_500) {
        tenure.requireHeld();
        if ((await second.during(async () => true)) === null) refused++;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    expect(refused).toBeGreaterThan(5);
    expect(await rowOf("long")).toMatchObject({ holder: "first", term: 1 });
  });

  it("is not believed in by who slept past its end: no transaction of that work is made, nor anything else", async () => {
    let awakeMs = 0;
    const make = holderOf("asleep", 300);
    const [sleeper, other] = [make("sleeper", () => awakeMs), make("other")];
    const write = (tenure: Tenure, value: number) =>
      database.transaction(async (manager) => {
        await tenure.confirm();
        await manager.update(Revision, { id: Revision.theOne }, { globalRulesValue: value });
      });
    const tenures: Tenure[] = [];
    await sleeper.during(async (tenure) => {
      tenures.push(tenure);
      await write(tenure, 1);
    });
    const [slept] = tenures;
    if (slept === undefined) return expect.fail();
    await waitFor(() => other.during((tenure) => write(tenure, 2).then(() => true)), { what: "the other to take it" });
    await expect(write(slept, 3)).rejects.toThrow(LeaseLost);
    slept.requireHeld();
    awakeMs = 300;
    expect(() => slept.requireHeld()).toThrow('The lease "asleep" was lost.');
    await other.release();
    await sleeper.during((tenure) => write(tenure, 4));
    await expect(write(slept, 5)).rejects.toThrow(LeaseLost);
    const row = await database.read((manager) => manager.findOneByOrFail(Revision, { id: Revision.theOne }));
    expect(row.globalRulesValue).toBe(4);
  });
});

describe("of two servers on MariaDB", () => {
  const program = fileURLToPath(new URL("./fixtures/lease-holder.mjs", import.meta.url));

  async function startHolders(durationMs: number) {
    const settings = databaseSettings.parse(await createMariadbDatabase());
    const database = await open(settings);
    const env = { ...process.env, HOLDER: JSON.stringify({ settings, durationMs }) };
    const holder = await startProcess({ name: "holder", command: process.execPath, args: [program], env });
    await waitFor(() => holder.output.includes("resting"), { what: "the holder to work" });
    const written = async () =>
      (await database.read((manager) => manager.findOneByOrFail(Revision, { id: Revision.theOne }))).globalRulesValue;
    const own = new Lease(new LeaseRepository(database), { name: "work", holder: "own", durationMs: 60_000 });
    const takeOver = () =>
      waitFor(
        () =>
          own.during((tenure) =>
            database.transaction(async (manager) => {
              await tenure.confirm();
              await manager.update(Revision, { id: Revision.theOne }, { globalRulesValue: -1 });
              return true;
            }),
          ),
        { what: "the lease to be free" },
      );
    return { holder, own, written, takeOver };
  }

  it("the other has the lease when the first is killed, and not before", async () => {
    const { holder, own, written, takeOver } = await startHolders(1_000);
    expect([await own.during(async () => true), await written()]).toEqual([null, holder.pid]);
    holder.signal("SIGKILL");
    await holder.exited;
    await takeOver();
    expect(await written()).toBe(-1);
  });

  it("the first, stopped in the middle of its work and woken after the other has taken over, writes no more", async () => {
    const { holder, written, takeOver } = await startHolders(1_000);
    holder.signal("SIGSTOP");
    await takeOver();
    holder.signal("SIGUSR2");
    holder.signal("SIGCONT");
    await holder.exited;
    expect(holder.output.trim().split("\n")).toEqual(["resting", "ended: LeaseLost"]);
    expect(await written()).toBe(-1);
  });
});
