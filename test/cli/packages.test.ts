import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import t from "tap";
import { createMask } from "#cli/command-output";
import { refuseFilled } from "#cli/packages";
import { packPath } from "#cli/packing";
import { unpack } from "#cli/unpacking";
import { bigTar, gzipped, type RawEntry, rawTar, tarOf, writeFiles, zipOf } from "../support/archives.ts";

const FILES = { "state.json": "{}", "deep/api.zip": "code", "deep/er/@odd": "odd" };

t.test("the same files give the same bytes, whoever packs them and when", async (t) => {
  const [one, other] = [join(t.testdirName, "one"), join(t.testdirName, "other")];
  t.testdir();
  writeFiles(one, FILES);
  writeFiles(other, Object.fromEntries(Object.entries(FILES).reverse()));
  chmodSync(join(other, "state.json"), 0o600);
  chmodSync(join(one, "state.json"), 0o600);
  const packed = await Promise.all([one, other].map((folder) => packPath(folder)));
  t.equal(packed[0]?.digest, packed[1]?.digest);
  await Promise.all(packed.map(({ remove }) => remove()));
  symlinkSync("/etc/passwd", join(one, "deep", "link"));
  await t.rejects(packPath(one), { exitCode: 252, message: /deep\/link is a link/ });
  mkdirSync(join(other, "nothing"));
  await t.rejects(packPath(join(other, "nothing")), { exitCode: 252, message: /no files/ });
  await t.rejects(packPath(join(other, "missing")), { exitCode: 252, message: /does not exist/ });
});

t.test(
  "an archive that holds far more than it has is refused as a whole, before it fills memory or disk",
  async (t) => {
    const dir = t.testdir();
    const file = join(dir, "package");
    const out = join(dir, "out");
    const empty = rawTar({ path: "empty" }).subarray(0, 512);
    const bombs: Record<string, Buffer> = {
      "1 MB that holds 1 GB": bigTar(1_000),
      "compressed twice": gzipSync(bigTar(20)),
      "200,001 entries": Buffer.concat(Array.from({ length: 200_001 }, () => empty)),
      "a zip of 60 MB in 60 kB": zipOf({ zeros: "0".repeat(60_000_000) }),
    };
    for (const [what, bytes] of Object.entries(bombs)) {
      writeFileSync(file, bytes);
      await t.rejects(unpack(file, out), { exitCode: 1, message: /not safe/ }, `${what}: ${bytes.length} bytes`);
    }
    t.same(readdirSync(dir), ["package"], "nothing was written");
    writeFileSync(file, gzipSync(rawTar({ path: "log", content: "the same line\n".repeat(1_000_000) })));
    await unpack(file, out);
    t.same(readdirSync(out), ["log"], "what only shrinks well is unpacked");
  },
);

t.test("an archive that would write outside its folder is refused as a whole", async (t) => {
  const dir = t.testdir();
  const good: RawEntry = { path: "good", content: "good" };
  const bad: Record<string, RawEntry> = {
    "goes up": { path: "../evil", content: "evil" },
    "goes up later": { path: "a/../../evil", content: "evil" },
    "goes up by backslashes": { path: "..\\evil", content: "evil" },
    absolute: { path: "/tmp/stepback-evil", content: "evil" },
    "on a drive": { path: "C:\\evil", content: "evil" },
    "a link": { path: "link", type: "SymbolicLink", linkpath: "/etc" },
    "a link within": { path: "link", type: "SymbolicLink", linkpath: "good" },
    "a hard link": { path: "link", type: "Link", linkpath: "../../evil" },
    "a device": { path: "device", type: "CharacterDevice" },
  };
  const file = join(dir, "package");
  const out = join(dir, "out", "deep");
  for (const [what, entry] of Object.entries(bad)) {
    for (const bytes of [rawTar(good, entry), gzipped(rawTar(good, entry))]) {
      writeFileSync(file, bytes);
      await t.rejects(unpack(file, out), { exitCode: 1, message: /not safe/ }, what);
    }
  }
  for (const name of ["../evil", "/tmp/stepback-evil", "a/../../evil", "..\\evil"]) {
    writeFileSync(file, zipOf({ good: "good", [name]: "evil" }));
    await t.rejects(unpack(file, out), { exitCode: 1, message: /not safe/ }, `zip: ${name}`);
  }
  t.same(readdirSync(dir), ["package"], "nothing was written, not even what is good");

  const numbers = Array.from({ length: 900 }, (_, at) => at * at).join();
  for (const broken of [
    rawTar(good).subarray(0, 700),
    Buffer.from("no archive at all".repeat(90)),
    zipOf({ numbers }).subarray(0, 500),
  ]) {
    writeFileSync(file, broken);
    await t.rejects(unpack(file, out), { exitCode: 1, message: /cannot be unpacked/ });
  }
  mkdirSync(out, { recursive: true });
  symlinkSync(dir, join(out, "deep"));
  for (const bytes of [await tarOf({ "deep/evil": "evil" }), zipOf({ "deep/evil": "evil" })]) {
    writeFileSync(file, bytes);
    await t.rejects(unpack(file, out), { exitCode: 1, message: /./ }, "through a link that stood there");
  }
  t.notOk(readdirSync(dir).includes("evil"));
  await t.rejects(refuseFilled(file, false), { exitCode: 252, message: /cannot be read/ });
});

t.test("values of variables whose names announce a secret are masked in every line", async (t) => {
  const mask = createMask({
    API_TOKEN: "0123456789",
    API_TOKEN_LONG: "0123456789abc",
    HOME: "/home/ci-user",
    SECRET: "x",
  });
  t.equal(mask("token=0123456789, long=0123456789abc"), "token=[API_TOKEN], long=[API_TOKEN_LONG]");
  t.equal(mask("in /home/ci-user, x marks the spot"), "in /home/ci-user, x marks the spot");
});
