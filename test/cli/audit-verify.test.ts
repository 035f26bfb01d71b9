import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import { filesIn } from "#src/domain/audit/bundle-archive";
import { bundleOf, entriesUpTo, exportOf, JOB, memoryAudit, testSigner } from "../support/memory-audit.ts";
import { pythonVerifier, TAMPERINGS, tampered, tamperInPython } from "../support/tampering.ts";
import { runCli } from "./run-as-process.ts";

const KEY = testSigner().keyId;

async function fileWith(t: Test, name: string, bytes: string | Uint8Array): Promise<string> {
  // `testdir` empties the folder each time.
  if (!existsSync(t.testdirName)) t.testdir();
  const file = join(t.testdirName, name);
  await writeFile(file, bytes);
  return file;
}

const verify = (...args: string[]) => runCli(["audit", "verify", ...args]);

t.test("a whole export and a whole bundle end with 0, and say whose key signed", async (t) => {
  const log = await fileWith(t, "audit.ndjson", await exportOf(memoryAudit(entriesUpTo(30))));
  t.same(await verify(log), {
    code: 0,
    stdout: `30 records, none altered and none missing\nsigned by key ${KEY}, which this file brought\n`,
    stderr: "",
  });
  const pem = await fileWith(t, "key.pem", testSigner().publicKeyPem);
  const bundle = await fileWith(t, "bundle.zip", await bundleOf({ records: 9, logLines: 5 }));
  t.same(await verify("--key", pem, bundle), {
    code: 0,
    stdout: `evidence of ${JOB}: 7 records, none altered and none missing\nsigned by key ${KEY}, which was kept elsewhere\n`,
    stderr: "",
  });
});

t.test("each fault is named, and ends with 1", async (t) => {
  const lines = (await exportOf(memoryAudit(entriesUpTo(45)))).toString().split(/(?<=\n)/);
  const touched = lines.with(16, (lines[16] ?? "").replace("openRollback", "planRollback")).toSpliced(17, 1);
  const file = await fileWith(t, "audit.ndjson", touched.toSpliced(41, 3).join(""));
  const answer = await verify(file);
  t.equal(answer.code, 1);
  t.same(answer.stdout.split("\n").slice(0, 3), [
    "record 17 was altered",
    "record 18 is missing",
    "cut after 42: the checkpoint covers 45",
  ]);
});

t.test("a key and a checkpoint that were kept elsewhere find what was signed again", async (t) => {
  const file = await fileWith(t, "audit.ndjson", await exportOf(memoryAudit(entriesUpTo(9), testSigner(2))));
  t.equal((await verify(file)).code, 0, "the file alone cannot show it");
  const pem = await fileWith(t, "key.pem", testSigner().publicKeyPem);
  t.match(await verify("--key", pem, file), { code: 1, stdout: /another key has signed the checkpoint/ });
  const published = await memoryAudit(entriesUpTo(6)).store.checkpoint();
  const kept = await fileWith(t, "kept.json", JSON.stringify(published));
  t.match(await verify("--checkpoint", kept, file), { code: 1, stdout: /another key/ }, "as the API answers it");
  const bundle = await bundleOf({ records: 9, logLines: 1 });
  const own = await fileWith(t, "own.json", filesIn(bundle)?.get("checkpoint.json") ?? "");
  t.match(
    await verify("--checkpoint", own, await fileWith(t, "bundle.zip", bundle)),
    { code: 0 },
    "as a bundle holds it",
  );
});

t.test("a file that cannot be read is a fault of usage", async (t) => {
  const missing = join(t.testdir(), "missing.zip");
  t.match(await verify(missing), { code: 252, stderr: /missing\.zip cannot be read/ });
  const file = await fileWith(t, "audit.ndjson", await exportOf(memoryAudit(entriesUpTo(1))));
  t.match(await verify("--checkpoint", await fileWith(t, "no.json", "no"), file), { code: 252, stderr: /no JSON/ });
});

t.test("the command finds what the verifier finds, on files as they are", async (t) => {
  const bundle = await bundleOf({ records: 4, logLines: 2 });
  for (const [index, how] of TAMPERINGS.entries()) {
    const changed = tampered(bundle, how, 501 + index * 977) ?? bundle.subarray(1);
    const { code, stdout } = await verify(await fileWith(t, "bundle.zip", changed));
    t.equal(code, 1, `${how}: ${stdout}`);
  }
  t.match(await verify(await fileWith(t, "empty", "")), { code: 1, stdout: /cut after 0/ });
});

const python = pythonVerifier();
const PYTHON = { skip: python === null && "no Python 3.8 or later is here" };

t.test("the verifier in Python agrees: on whole files, on faults, on keys and checkpoints", PYTHON, async (t) => {
  const second = (...args: string[]) =>
    new Promise<{ code: number; stdout: string }>((resolve) => {
      execFile("python3", ["-B", python ?? "", ...args], (error, stdout) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout }),
      );
    });
  const pem = await fileWith(t, "key.pem", testSigner().publicKeyPem);
  const other = await fileWith(t, "other.pem", testSigner(2).publicKeyPem);
  const kept = await fileWith(t, "kept.json", JSON.stringify(await memoryAudit(entriesUpTo(6)).store.checkpoint()));
  const bytes = await exportOf(memoryAudit(entriesUpTo(20)));
  const lines = bytes.toString().split(/(?<=\n)/);
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "whole.ndjson": bytes,
    "part.ndjson": await exportOf(memoryAudit(entriesUpTo(20)), { application: "crm" }),
    "none.ndjson": await exportOf(memoryAudit(entriesUpTo(20)), { application: "none" }),
    "bundle.zip": await bundleOf({ records: 9, logLines: 30 }),
    "other-key.ndjson": await exportOf(memoryAudit(entriesUpTo(20), testSigner(2))),
    "other-log.ndjson": await exportOf(memoryAudit([...entriesUpTo(21)].slice(1))),
    "missing.ndjson": lines.toSpliced(4, 1).join(""),
    "swapped.ndjson": lines.toSpliced(4, 2, lines[5] ?? "", lines[4] ?? "").join(""),
    "cut.ndjson": lines.slice(0, 11).join(""),
    "altered.ndjson": lines.with(16, (lines[16] ?? "").replace("openRollback", "planRollback")).join(""),
    "text.ndjson": lines.with(2, (lines[2] ?? "").replace("with an é", "with an e")).join(""),
  };
  const keptElsewhere = [
    ["--key", pem],
    ["--key", other],
    ["--checkpoint", kept],
  ];
  for (const [index, [name, content]] of Object.entries(files).entries()) {
    const file = await fileWith(t, name, content);
    // Each start of a process costs a second, so each file meets one of them, in turn.
    for (const options of [[], keptElsewhere[index % keptElsewhere.length] ?? []]) {
      const [one, two] = [await verify(...options, file), await second(...options, file)];
      const about = `${name} ${options.slice(0, 1)} ${options[1] === other ? "other" : ""}: ${one.stdout} | ${two.stdout}`;
      t.equal(two.code, one.code, about);
      if (one.code === 0) t.ok(one.stdout.includes(two.stdout.trim()), `${about}: it names the key alike`);
      for (const fault of one.stdout.match(/^(record \d+ (was altered|is missing)|the text .* was altered)$/gm) ?? [])
        t.ok(two.stdout.includes(fault), `${about}: it says ${fault}`);
    }
  }
});

t.test("the verifier in Python finds changed bytes everywhere", PYTHON, async (t) => {
  const bundle = await fileWith(t, "bundle.zip", await bundleOf({ records: 3, logLines: 2 }));
  const log = await fileWith(t, "audit.ndjson", await exportOf(memoryAudit(entriesUpTo(2))));
  for (const file of [bundle, log]) {
    const { tried, missed } = await tamperInPython(python ?? "", file, { how: TAMPERINGS, step: 17 });
    t.same(missed, [], `${tried} changes`);
    t.ok(tried > 500, "were tried");
  }
});
