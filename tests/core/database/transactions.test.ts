import { beforeAll, expect, it } from "vitest";
import { migrations } from "../../../migrations/migrations.js";
import { Revision } from "../../../server/audit/revision.js";
import { Database } from "../../../server/core/database/database.js";
import { databaseSettings } from "../../../server/core/database/database-settings.js";
import { UniqueViolation } from "../../../server/core/database/driver-error.js";
import { openDatabase } from "../../../server/core/database/open-database.js";
import { entities } from "../../../server/entities.js";
import { atEnd } from "../../support/at-end.js";
import { describeOnEachDatabase } from "../../support/databases.js";

describeOnEachDatabase((test) => {
  let database: Database;

  beforeAll(async () => {
    database = await openDatabase(databaseSettings.parse(test.settings), { entities, migrations });
    atEnd(() => database.close());
  });

  const add = (id: number) =>
    database.transaction((manager) => manager.insert(Revision, { id, value: id, globalRulesValue: 0 }));
  const ids = async () =>
    (await database.read((manager) => manager.find(Revision, { order: { id: "ASC" } }))).map(({ id }) => id);

  it("keeps what commits and loses what rolls back, with twenty transactions at once", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        database.transaction(async () => {
          await add(100 + index);
          if (index % 2 === 1) throw new Error("rolled back");
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    expect((await ids()).filter((id) => id >= 100 && id < 200)).toEqual([
      100, 102, 104, 106, 108, 110, 112, 114, 116, 118,
    ]);
  });

  it("shows a reader only what was committed, and a transaction what it wrote itself", async () => {
    let insideCount = 0;
    let reachMiddle = () => {};
    let goOn = () => {};
    const middle = new Promise<void>((resolve) => (reachMiddle = resolve));
    const permission = new Promise<void>((resolve) => (goOn = resolve));
    const writing = database.transaction(async () => {
      await add(200);
      insideCount = await database.manager.countBy(Revision, { id: 200 });
      reachMiddle();
      await permission;
    });
    await middle;
    const outside = await database.read((manager) => manager.countBy(Revision, { id: 200 }));
    goOn();
    await writing;
    expect([insideCount, outside, (await ids()).includes(200)]).toEqual([1, 0, true]);
  });

  it("joins a nested transaction to the outer one, so an error undoes both", async () => {
    await expect(
      database.transaction(async () => {
        await add(300);
        await database.transaction(() => add(301));
        throw new Error("undo");
      }),
    ).rejects.toThrow("undo");
    expect((await ids()).filter((id) => id >= 300 && id < 400)).toEqual([]);
  });

  it("names a unique violation alike on both databases, and goes on afterwards", async () => {
    await add(400);
    await expect(add(400)).rejects.toBeInstanceOf(UniqueViolation);
    await add(401);
    expect((await ids()).filter((id) => id >= 400 && id < 500)).toEqual([400, 401]);
  });
});
