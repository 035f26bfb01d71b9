import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import t from "tap";
import { checkedOnce } from "#src/jobs/checked-once";
import { artifactBytes, artifactFile } from "../support/sealing.ts";
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

/** Everything that can happen to a file under a service's feet. */
const DAMAGES: Readonly<Record<string, (file: string) => Promise<void>>> = {
  "a flipped byte": async (file) => {
    const bytes = await readFile(file);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    await writeFile(file, bytes);
  },
  "four bytes appended": (file) => appendFile(file, "more"),
  "an empty file": (file) => writeFile(file, ""),
  "a lost file": (file) => rm(file),
  "something that cannot be read": async (file) => {
    await rm(file);
    await mkdir(join(file, "in the way"), { recursive: true });
  },
};

for (const [damage, spoil] of Object.entries(DAMAGES)) {
  t.test(`${damage}: refused by name before anything is touched, and healed by a new backup`, async (t) => {
    const w = await worldOf(t);
    const { id, backup } = await deployment(w);
    await spoil(await fileOf(w, "good"));

    const artifact = await w.api("GET", `/v1/snapshots/${backup}/components/${CODE}/artifact`);
    t.equal(artifact.status, 410, "no crash of the service, and no retry helps");
    t.match(artifact.body, { code: "ARTIFACT_MISSING" });
    t.equal(artifact.headers.get("repr-digest"), null);

    const drill = await w.api("POST", `/v1/deployments/${id}/drill`);
    t.match(await planOf(w, drill.body.id), {
      steps: [
        { component: CODE, action: "refused", details: [{ code: "ARTIFACT_MISSING", detail: /code of shop-pay/ }] },
      ],
    });
    t.match(await rollBack(w, id, "all"), {
      status: "Exception",
      error: { code: "PLAN_REFUSED", errors: [{ code: "ARTIFACT_MISSING", detail: /lambda-code:shop-pay/ }] },
    });
    t.equal(await invoke(w, NAME), "bad", "nothing was touched");

    await updateCode(w, NAME, "good");
    await openDeployment(w, { functions: [NAME] }, { stage: "other" });
    await updateCode(w, NAME, "bad");
    t.match(
      await artifactBytes(w.dataDir, await fileOf(w, "good")),
      Buffer.from(zip("good")),
      "the new backup stored the bytes again",
    );
    t.match(await w.api("GET", `/v1/snapshots/${backup}/components/${CODE}/artifact`), { status: 200 });
  });
}

t.test("after a new backup of the same live code, the old rollback runs", async (t) => {
  const w = await worldOf(t);
  const { id } = await deployment(w);
  await rm(await fileOf(w, "good"));
  await createFunction(w, "shop-twin", "good");
  const twin = await openDeployment(w, { functions: ["shop-twin"] });
  t.match(twin, { snapshot: { status: "Ready", incomplete: 0 } });
  await finishDeployment(w, twin.id);
  t.match(await rollBack(w, id, "all"), { status: "Completed", result: { restored: 1 } });
  t.equal(await invoke(w, NAME), "good");
});

t.test("bytes that rot between the plan of a draft and its run stop the run before it begins", async (t) => {
  const w = await worldOf(t);
  const { id } = await deployment(w);
  const draft = await w.api("POST", "/v1/rollbacks", { deployment: id, components: "all", run: false });
  await w.api("POST", `/v1/rollbacks/${draft.body.id}/plan`);
  const { digest } = await planOf(w, draft.body.id);
  await appendFile(await fileOf(w, "good"), "more");
  await w.api("POST", `/v1/rollbacks/${draft.body.id}/run`, { planDigest: digest });
  t.match(await ended(w, `/v1/rollbacks/${draft.body.id}`), { status: "Exception", error: { code: "PLAN_REFUSED" } });
  t.equal(await invoke(w, NAME), "bad");
});

t.test("a job reads each artifact once to check it, however often it relies on it", async (t) => {
  const reads: string[] = [];
  const artifacts = checkedOnce({
    check: async (digest) => {
      reads.push(digest);
      return digest === "rotten" ? { damage: "are missing" } : { sizeBytes: 1 };
    },
    put: async () => ({ digest: "rotten", sizeBytes: 2 }),
    open: () => Readable.from([]),
  });
  await Promise.all(Array.from({ length: 20 }, () => artifacts.check("whole")));
  t.same(await artifacts.check("rotten"), { damage: "are missing" });
  await artifacts.put(Readable.from([]));
  t.same(await artifacts.check("rotten"), { sizeBytes: 2 }, "what was stored since is whole");
  t.same(reads, ["whole", "rotten"]);
});

t.test("a plan looks at the bytes that its steps upload, and at no others", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, NAME, "good", { MemorySize: 128 });
  const { id } = await openDeployment(w, { functions: [NAME] });
  await configure(w, NAME, { MemorySize: 256 });
  await updateCode(w, NAME, "bad");
  await finishDeployment(w, id);
  await rm(await fileOf(w, "good"));
  t.match(await rollBack(w, id, ["lambda-config:shop-pay"]), { status: "Completed", result: { restored: 1 } });
});

/** A deploy that replaced good code by bad code, and its backup. */
async function deployment(w: TestAccount): Promise<{ id: string; backup: string }> {
  await createFunction(w, NAME, "good");
  const { id } = await openDeployment(w, { functions: [NAME] });
  await updateCode(w, NAME, "bad");
  const { snapshot } = await finishDeployment(w, id);
  return { id, backup: snapshot.id };
}

async function planOf(w: TestAccount, id: string) {
  return (await w.api("GET", `/v1/rollbacks/${id}/plan?wait=30`)).body;
}

function fileOf(w: TestAccount, says: string): Promise<string> {
  const digest = createHash("sha256").update(zip(says)).digest("hex");
  return artifactFile(w.dataDir, "default", digest);
}
