import { createHash } from "node:crypto";
import { appendFile, copyFile, mkdir, readFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import t, { type Test } from "tap";
import { inspectFolder } from "#src/compose";
import { readConfig } from "#src/config";
import type { Finding } from "#src/domain/activity/verification";
import { runInProcess } from "../cli/run-in-process.ts";
import { makeScratchFolder } from "../support/scratch.ts";
import { artifactFile } from "../support/sealing.ts";
import {
  configure,
  createFunction,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  type TestAccount,
  updateCode,
  worldOf,
  zip,
} from "../support/test-account.ts";

const CODE = "lambda-code:shop-pay";
const NAME = "shop-pay";

interface Verified {
  readonly id: string;
  readonly damaged: number;
  readonly leftOver: number;
  readonly findings: readonly Finding[];
}

/** What the service finds, and that a look into its folder without it finds the same. */
async function verified(t: Test, w: TestAccount, body: object = { readData: true }): Promise<Verified> {
  const opened = await w.api("POST", "/v1/verifications", body);
  t.equal(opened.status, 202);
  const { id } = opened.body as { id: string };
  const verification = (await ended(w, `/v1/verifications/${id}` as never)) as unknown as Verified;
  const { items } = (await w.api("GET", `/v1/verifications/${id}/findings?limit=200` as never)).body as unknown as {
    items: Finding[];
  };
  const named = ({ kind, name, damage, lost }: Finding) => `${damage} ${kind} ${name} ${lost}`;
  const { readData = false } = body as { readData?: boolean };
  t.same((await offline(w, readData)).map(named), items.map(named), "without the service: the same");
  return { ...verification, findings: items };
}

async function offline(w: TestAccount, readData: boolean): Promise<Finding[]> {
  const config = readConfig({ STEPBACK_DATA_DIR: w.dataDir });
  const found: Finding[] = [];
  for await (const part of await inspectFolder(config, { readData, subset: null })) found.push(...part.findings);
  return found;
}

/** A deploy that replaced good code by bad code, a rollback of it, and its undo. */
async function history(w: TestAccount): Promise<{ id: string; backup: string }> {
  await createFunction(w, NAME, "good");
  const { id } = await openDeployment(w, { functions: [NAME] });
  await updateCode(w, NAME, "bad");
  const { snapshot } = await finishDeployment(w, id);
  const { id: rollback } = await rollBack(w, id, "all");
  const undo = await w.api("POST", "/v1/rollbacks", { rollback, components: "all" });
  await ended(w, `/v1/rollbacks/${undo.body.id}`);
  await w.api("POST", `/v1/deployments/${id}/drill`);
  return { id, backup: snapshot.id };
}

function fileOf(w: TestAccount, says: string): Promise<string> {
  return artifactFile(w.dataDir, "default", createHash("sha256").update(zip(says)).digest("hex"));
}

function inDatabase<Result>(w: TestAccount, work: (database: Database.Database) => Result): Result {
  const database = new Database(join(w.dataDir, "stepback.db"));
  try {
    database.pragma("foreign_keys = OFF");
    return work(database);
  } finally {
    database.close();
  }
}

t.test("what nobody touched is whole, with and without its bytes read", async (t) => {
  const w = await worldOf(t);
  await history(w);
  await w.api("GET", "/v1/audit/checkpoint" as never);
  for (const readData of [true, false]) {
    const found = await verified(t, w, { readData });
    t.match(found, { status: "Completed", error: null, damaged: 0, leftOver: 0, readData });
    t.same(found.findings, []);
    t.ok((found as unknown as { rows: number }).rows > 20, "rows");
    t.ok((found as unknown as { records: number }).records > 20, "records");
  }
});

const FILE_DAMAGES: Readonly<Record<string, (w: TestAccount, file: string) => Promise<void>>> = {
  altered: async (_w, file) => {
    const bytes = await readFile(file);
    bytes[60] = (bytes[60] ?? 0) ^ 1;
    await writeFile(file, bytes);
  },
  unreadable: async (_w, file) => {
    const bytes = await readFile(file);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    await writeFile(file, bytes);
  },
  lost: (_w, file) => rm(file),
  cut: (_w, file) => truncate(file, 100),
  extended: (_w, file) => appendFile(file, "x"),
  swapped: async (w, file) => copyFile(await fileOf(w, "bad"), file),
};

for (const [damage, spoil] of Object.entries(FILE_DAMAGES)) {
  t.test(
    `bytes that are ${damage}: named with what needs them, judged again, and healed by the next backup`,
    async (t) => {
      const w = await worldOf(t);
      const { id, backup } = await history(w);
      await spoil(w, await fileOf(w, "good"));
      const { damaged, findings } = await verified(t, w);
      t.equal(damaged, 1);
      t.match(findings, [{ kind: "artifact", damage }]);
      const losses = (findings[0]?.losses ?? []) as { activity: string; snapshot: string; component: string }[];
      t.match(
        losses.find(({ snapshot }) => snapshot === backup),
        { activity: id, component: CODE },
      );
      t.match((await w.api("GET", "/v1/deployments")).body, {
        items: [{ id, damaged: 1, readiness: { irreversible: 1 } }],
      });
      t.match((await w.api("GET", `/v1/deployments/${id}/components`)).body, {
        items: [{ id: CODE, readiness: "irreversible", reasons: ["ARTIFACT_MISSING"] }],
      });
      const command = await runInProcess(["verify", "--read-data"], {
        env: { STEPBACK_URL: w.url, STEPBACK_TOKEN: w.token },
      });
      t.equal(command.code, 1);
      t.match(command.stdout, new RegExp(`not restorable: ${CODE} of ${id}`));

      await updateCode(w, NAME, "good");
      const again = await openDeployment(w, { functions: [NAME] });
      await finishDeployment(w, again.id);
      t.same((await verified(t, w)).findings, []);
      t.match((await w.api("GET", `/v1/deployments/${id}`)).body, { damaged: 0, readiness: { irreversible: 0 } });
      t.match((await w.api("GET", `/v1/deployments/${id}/components`)).body, { items: [{ readiness: "reversible" }] });
    },
  );
}

t.test(
  "a state that is altered, lost or swapped is named with what needs it, and healed by the next backup",
  async (t) => {
    const w = await worldOf(t);
    await history(w);
    const open = async () => {
      const { id, snapshot } = await openDeployment(w, { functions: [NAME] });
      await finishDeployment(w, id);
      return { id, backup: snapshot.id };
    };
    const damages: Readonly<Record<string, [string, (database: Database.Database, state: string) => void]>> = {
      altered: [
        "altered",
        (database, state) => flipIn(database, { table: "states", column: "body", where: `digest = '${state}'` }, 40),
      ],
      swapped: [
        "altered",
        (database, state) =>
          database
            .prepare("UPDATE states SET body = (SELECT body FROM states WHERE digest <> ?) WHERE digest = ?")
            .run(state, state),
      ],
      cut: [
        "cut",
        (database, state) =>
          database.prepare("UPDATE states SET body = substr(body, 1, 20) WHERE digest = ?").run(state),
      ],
      lost: ["lost", (database, state) => database.prepare("DELETE FROM states WHERE digest = ?").run(state)],
    };
    for (const [how, [damage, spoil]] of Object.entries(damages)) {
      const { id, backup } = await open();
      const state = inDatabase(w, (database) => stateIn(database, backup, "lambda-config:shop-pay"));
      inDatabase(w, (database) => spoil(database, state));
      const { findings } = await verified(t, w);
      t.match(
        findings.filter(({ kind }) => kind === "state"),
        [{ name: state, damage }],
        how,
      );
      t.ok(
        findings.some(({ losses }) => losses.some((loss) => "snapshot" in loss && loss.activity === id)),
        "names the deployment",
      );
      t.match((await w.api("GET", `/v1/deployments/${id}`)).body, { damaged: 1 }, how);
      await open();
      t.same((await verified(t, w)).findings, [], `${how}: healed`);
      t.match((await w.api("GET", `/v1/deployments/${id}`)).body, { damaged: 0 }, how);
    }
  },
);

t.test(
  "a rollback of what a damaged state does not concern goes on, and what it concerns is refused by name",
  async (t) => {
    const w = await worldOf(t);
    await createFunction(w, NAME, "good", { MemorySize: 128 });
    const { id } = await openDeployment(w, { functions: [NAME] });
    await configure(w, NAME, { MemorySize: 256 });
    await updateCode(w, NAME, "bad");
    const { snapshot } = await finishDeployment(w, id);
    const damages = [
      (database: Database.Database, state: string) =>
        flipIn(database, { table: "states", column: "body", where: `digest = '${state}'` }, 40),
      (database: Database.Database, state: string) =>
        database.prepare("DELETE FROM states WHERE digest = ?").run(state),
    ];
    for (const spoil of damages) {
      inDatabase(w, (database) => spoil(database, stateIn(database, snapshot.id, "lambda-config:shop-pay")));
      const page = await w.api("GET", `/v1/snapshots/${snapshot.id}/components`);
      t.match(page, {
        status: 200,
        body: { items: [{ id: CODE, incomplete: null }, { incomplete: /damaged or missing/ }] },
      });
      t.match(await rollBack(w, id, ["lambda-config:shop-pay"]), {
        status: "Exception",
        error: { code: "PLAN_REFUSED", errors: [{ code: "INCOMPLETE_BACKUP", detail: /lambda-config:shop-pay/ }] },
      });
    }
    t.match(await rollBack(w, id, [CODE]), { status: "Completed", result: { restored: 1 } });
    t.equal(await invoke(w, NAME), "good");
  },
);

function stateIn(database: Database.Database, snapshot: string, component: string): string {
  const sql = "SELECT state FROM snapshot_components WHERE snapshot = ? AND component = ?";
  return database.prepare(sql).pluck().get(snapshot, component) as string;
}

function flipIn(
  database: Database.Database,
  { table, column, where }: { table: string; column: string; where: string },
  at: number,
): void {
  const value = database.prepare(`SELECT "${column}" FROM "${table}" WHERE ${where}`).pluck().get() as Buffer;
  value[at] = (value[at] ?? 0) ^ 1;
  database.prepare(`UPDATE "${table}" SET "${column}" = ? WHERE ${where}`).run(value);
}

t.test("rows of plans, journals, logs and the audit that were edited or removed are named", async (t) => {
  const w = await worldOf(t);
  await history(w);
  const edits: Readonly<Record<string, [string, RegExp]>> = {
    "a line of a log that is gone": ["DELETE FROM log_lines WHERE seq = 2", /log/],
    "a plan that is gone": ["DELETE FROM plans", /plan/],
    "a journal whose entry is another step's": ["UPDATE journal SET step = step + 1", /journal/],
    "a step that is gone": ['DELETE FROM rollback_steps WHERE "order" = 1', /rollback_steps|result/],
    "a status that was edited": [
      "UPDATE activities SET status = 'Exception' WHERE type = 'rollback'",
      /result of rbk_/,
    ],
    "an altered row that is gone": ["DELETE FROM altered", /altered/],
    "an activity that is gone": ["DELETE FROM activities WHERE type = 'deploy'", /activities dep_/],
    "a key that was edited": ["UPDATE data_keys SET bytes = zeroblob(60) WHERE purpose = 'data'", /data_keys dk_/],
  };
  const copy = await copierOf(t, w);
  for (const [title, [edit, name]] of Object.entries(edits)) {
    const found = await foundAfter(w, await copy(), edit);
    t.ok(
      found.some((finding) => name.test(`${finding.name} ${finding.detail}`)),
      `${title}: ${found.map((finding) => finding.name).join("; ")}`,
    );
  }
});

t.test("records of the audit that were altered, removed, cut or put elsewhere are named by their number", async (t) => {
  const w = await worldOf(t);
  await history(w);
  await w.api("GET", "/v1/audit/checkpoint" as never);
  const edits: Readonly<Record<string, [string, RegExp]>> = {
    altered: [`UPDATE audit_records SET record = replace(record, '"done"', '"gone"') WHERE seq = 5`, /^record 5$/],
    "a column": ["UPDATE audit_records SET actor = 'somebody' WHERE seq = 5", /^record 5$/],
    removed: ["DELETE FROM audit_records WHERE seq = 5", /^record 6$/],
    cut: ["DELETE FROM audit_records WHERE seq > 5", /^record 6$/],
    swapped: [
      "UPDATE audit_records SET seq = -5 WHERE seq = 5; UPDATE audit_records SET seq = 5 WHERE seq = 6; UPDATE audit_records SET seq = 6 WHERE seq = -5",
      /^record 5$/,
    ],
    "a text": ["UPDATE audit_texts SET salt = '00' WHERE entry = (SELECT min(entry) FROM audit_texts)", /^record \d+$/],
    "a node": ["UPDATE audit_nodes SET hash = 'x' WHERE level = 1 AND position = 1", /^node 1\/1$/],
    "a checkpoint": [
      `UPDATE audit_checkpoints SET checkpoint = json_set(checkpoint, '$.at', '2020-01-01T00:00:00.000Z')`,
      /^checkpoint \d+$/,
    ],
  };
  const copy = await copierOf(t, w);
  for (const [title, [edit, name]] of Object.entries(edits)) {
    const found = await foundAfter(w, await copy(), edit);
    t.ok(
      found.some((finding) => finding.kind === "record" && name.test(finding.name)),
      `${title}: ${found.map((finding) => finding.name).join("; ")}`,
    );
  }
});

/** Makes copies of the data folder as it is now, without its files of bytes. */
async function copierOf(t: Test, w: TestAccount): Promise<() => Promise<string>> {
  const base = await makeScratchFolder();
  t.teardown(() => rm(base, { recursive: true }));
  const database = new Database(join(w.dataDir, "stepback.db"), { readonly: true });
  await database.backup(join(base, "stepback.db"));
  database.close();
  await copyFile(join(w.dataDir, "master.key"), join(base, "master.key"));
  let copies = 0;
  return async () => {
    copies += 1;
    const folder = join(base, `copy-${copies}`);
    await mkdir(folder);
    for (const name of ["stepback.db", "master.key"]) await copyFile(join(base, name), join(folder, name));
    return folder;
  };
}

/** What a look without the service finds after an edit past every trigger. */
async function foundAfter(w: TestAccount, folder: string, edit: string): Promise<Finding[]> {
  const database = new Database(join(folder, "stepback.db"));
  database.pragma("foreign_keys = OFF");
  for (const trigger of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all())
    database.exec(`DROP TRIGGER "${trigger}"`);
  database.exec(edit);
  database.close();
  return offline({ ...w, dataDir: folder }, false);
}

t.test("a file that nothing refers to is left over where it is whole, and damage where it is not", async (t) => {
  const w = await worldOf(t);
  await history(w);
  const good = await fileOf(w, "good");
  const unknown = join(w.dataDir, "artifacts", "sealed", good.includes("/00/") ? "11" : "00", "0".repeat(62));
  await mkdir(join(unknown, ".."), { recursive: true });
  await copyFile(good, unknown);
  await utimes(unknown, 1, 1);
  t.match(await verified(t, w), { damaged: 0, leftOver: 1, findings: [{ kind: "file", damage: "left-over" }] });
  await writeFile(unknown, "something else");
  await utimes(unknown, 1, 1);
  t.match(await verified(t, w), { damaged: 1, leftOver: 0, findings: [{ kind: "file", damage: "altered" }] });
  await rename(unknown, join(w.dataDir, "gone"));
});

t.test("parts of the bytes that are read one after the other are all of them", async (t) => {
  const w = await worldOf(t);
  await history(w);
  const all = (await verified(t, w)) as unknown as { bytes: number };
  let bytes = 0;
  for (const subset of ["1/3", "2/3", "3/3"]) {
    const opened = await w.api("POST", "/v1/verifications", { subset });
    const { id } = opened.body as { id: string };
    const part = (await ended(w, `/v1/verifications/${id}` as never)) as unknown as { bytes: number };
    bytes += part.bytes;
  }
  t.equal(bytes, all.bytes);
  t.match(await w.api("POST", "/v1/verifications", { subset: "4/3" }), {
    status: 400,
    body: { code: "VALIDATION_FAILED" },
  });
});
