import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { pino } from "pino";
import t from "tap";
import { tarOf, zipOf } from "../support/archives.ts";
import { canary, filesWithCanaries, MARK } from "../support/canaries.ts";
import {
  configure,
  createFunction,
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  startTestAccount,
  updateCode,
} from "../support/test-account.ts";

t.test("the search finds a canary in each form", async (t) => {
  const folder = t.testdir();
  const forms: Record<string, Buffer> = {
    raw: Buffer.from(canary("raw")),
    json: Buffer.from(JSON.stringify(JSON.stringify(canary("json")))),
    zip: zipOf({ a: canary("zip") }),
    gzip: Buffer.concat([Buffer.from("before"), gzipSync(canary("gzip"))]),
    zlib: Buffer.concat([Buffer.from("before"), deflateSync(canary("zlib"))]),
  };
  for (const shift of [0, 1, 2])
    forms[`base64-${shift}`] = Buffer.from(Buffer.from("x".repeat(shift) + canary("b")).toString("base64"));
  for (const [name, bytes] of Object.entries(forms)) await writeFile(join(folder, name), bytes);
  await writeFile(join(folder, "none"), "nothing of it");
  t.same(await filesWithCanaries(folder), Object.keys(forms).toSorted());
});

const COUNT = 25;
const many = (of: string) =>
  Object.fromEntries(Array.from({ length: COUNT }, (_, n) => [`${of}${n}`, canary(`${of}${n}`)]));

function template(value: string) {
  return {
    Description: canary("description"),
    Parameters: { Secret: { Type: "String", Default: canary("default") } },
    Mappings: { All: { Of: { Value: canary("mapping") } } },
    Resources: {
      Topic: {
        Type: "AWS::SNS::Topic",
        Properties: { TopicName: "t", DisplayName: value, Tags: [{ Key: "k", Value: canary("tag") }] },
      },
    },
  };
}

t.test(
  "no file of the data folder and no line of the log holds a secret, and each comes back by a rollback",
  async (t) => {
    const lines: string[] = [];
    const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
    const w = await startTestAccount({}, {}, { logger });
    t.teardown(() => w.close());
    const Variables = many("variable");
    const Tags = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`tag${n}`, `${MARK}-${n}`]));
    const before = { Environment: { Variables }, Description: canary("function"), Tags };
    await createFunction(w, "pay", canary("code"), before);
    await deployStack(w, "shop", template(`${MARK}-before`));
    const reason = { reason: canary("reason"), ticket: null };
    const { id } = await openDeployment(w, { functions: ["pay"], stacks: ["shop"] }, reason);
    await updateCode(w, "pay", canary("bad code"));
    await configure(w, "pay", { Environment: { Variables: many("bad") }, Description: canary("bad") });
    await deployStack(w, "shop", template(`${MARK}-after`));
    await w.api("POST", `/v1/deployments/${id}/finish`, { outcome: "succeeded", message: canary("message") });
    await finishDeployment(w, id);
    const tar = await tarOf({ "code.js": canary("package") });
    const packed = await fetch(`${w.url}/v1/applications/shop/stages/prod/builds/1/packages/api?commit=c`, {
      method: "PUT",
      headers: { authorization: `Bearer ${w.token}`, "content-type": "application/x-tar" },
      body: new Uint8Array(tar),
    });
    t.equal(packed.status, 201);
    const rolledBack = await rollBack(w, id, "all", { allowDestructive: true });
    t.match(rolledBack, { status: "Completed", error: null });
    const now = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "pay" });
    t.match(now, { Environment: { Variables }, Description: before.Description });
    const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", { StackName: "shop" });
    t.same(JSON.parse(TemplateBody), template(`${MARK}-before`));
    t.same(await filesWithCanaries(w.dataDir), [], "while the service runs");
    t.same(
      lines.filter((line) => line.includes(MARK)),
      [],
      "the service's log",
    );
  },
);
