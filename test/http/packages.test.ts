import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import t from "tap";
import { openDiskArtifacts } from "#src/artifacts/disk-artifacts";
import { createBuildService } from "#src/services/builds";
import { bigTar, gzipped, tarOf, zipOf } from "../support/archives.ts";
import { diskSealing } from "../support/sealing.ts";
import { FILES, put, STAGE } from "./build-calls.ts";
import { MAX_PACKAGE_BYTES, startTestService, subjectOf, tokenOf } from "./test-service.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

t.test("a package is stored once and returned unchanged, in each format", async (t) => {
  const service = await startTestService(t);
  const tar = await tarOf(FILES);
  const cases = [
    ["tar", tar, "application/x-tar"],
    ["tar.gz", gzipped(tar), "application/gzip"],
    ["zip", zipOf(FILES), "application/zip"],
  ] as const;
  for (const [format, bytes, mediaType] of cases) {
    const digest = sha256(bytes);
    const stored = {
      service: "api",
      commit: "3f2c",
      format,
      digest,
      bytes: bytes.length,
      storedBy: subjectOf("admin"),
    };
    const headers = { "x-content-sha256": digest };
    t.match(await put(service, `${format}/api`, bytes, { headers }), { status: 201, body: stored });
    t.match(await put(service, `${format}/api`, bytes), { status: 200, body: stored }, "the same bytes again");
    const got = await service.app.inject({
      url: `${STAGE}/builds/${format}/packages/api`,
      headers: { authorization: `Bearer ${tokenOf("operator")}` },
    });
    t.same(got.rawPayload, bytes);
    t.match(got.headers, {
      "content-type": mediaType,
      "content-length": String(bytes.length),
      "repr-digest": `sha-256=:${Buffer.from(digest, "hex").toString("base64")}:`,
    });
  }
  t.match(await service.get("/v1/applications/shop/stages/dev/builds/tar/packages/api"), { status: 404 });
  t.match(await service.get("/v1/applications/shop/stages/dev/builds"), { body: { items: [] } }, "of its stage only");
});

t.test("other bytes are refused with 409, and the stored package stays", async (t) => {
  const service = await startTestService(t);
  const [first, second] = [await tarOf(FILES), await tarOf({ ...FILES, more: "more" })];
  await put(service, "1838/api", first);
  t.match(await put(service, "1838/api", second), { status: 409, body: { code: "PACKAGE_DIFFERS" } });
  t.same([...service.artifacts.keys()], [sha256(first)], "nothing of the second package is left");
  t.equal((await service.get(`${STAGE}/builds/1838/packages/api`)).text.length, first.length);
  t.equal((await put(service, "1838/jobs", second)).status, 201, "another service of the build");
});

t.test("of several simultaneous uploads one is stored, and the others are refused", async (t) => {
  const service = await startTestService(t);
  const different = await Promise.all(
    ["one", "two", "three"].map(async (content) => put(service, "1838/api", await tarOf({ content }))),
  );
  t.same(different.map(({ status }) => status).sort(), [201, 409, 409]);
  t.equal(service.artifacts.size, 1, "and nothing of the others is left");
  const bytes = await tarOf(FILES);
  const same = await Promise.all([1, 2, 3].map(() => put(service, "1839/api", bytes)));
  t.same(same.map(({ status }) => status).sort(), [200, 200, 201]);
});

t.test("an incomplete or foreign package is refused with a reason, and leaves nothing behind", async (t) => {
  const service = await startTestService(t);
  const tar = await tarOf({ big: "x".repeat(3_000), ...FILES });
  const zip = zipOf(FILES);
  const damaged = Buffer.from(tar);
  damaged.write("damaged", 3);
  const gzip = gzipped(tar);
  const cases: [string, Buffer, number, string][] = [
    ["nothing", Buffer.alloc(0), 422, "NOT_A_PACKAGE"],
    ["a text", Buffer.from("This is no package.".repeat(100)), 422, "NOT_A_PACKAGE"],
    ["a short text", Buffer.from("no"), 422, "NOT_A_PACKAGE"],
    ["zeros", Buffer.alloc(2048), 422, "NOT_A_PACKAGE"],
    ["a tar that lost its end", tar.subarray(0, 1_700), 422, "NOT_A_PACKAGE"],
    ["a tar with a damaged header", damaged, 422, "NOT_A_PACKAGE"],
    ["a tar.gz that lost its end", gzip.subarray(0, gzip.length - 20), 422, "NOT_A_PACKAGE"],
    [
      "a tar.gz with flipped bits",
      Buffer.from(gzip.map((byte, at) => (at > 40 ? byte ^ 0x55 : byte))),
      422,
      "NOT_A_PACKAGE",
    ],
    ["a gzip of something else", gzipped(Buffer.from("no tar".repeat(200))), 422, "NOT_A_PACKAGE"],
    ["a tar.gz that holds a thousand times its size", bigTar(60), 422, "NOT_A_PACKAGE"],
    ["a zip that lost its end", zip.subarray(0, zip.length - 30), 422, "NOT_A_PACKAGE"],
    ["a zip with something behind it", Buffer.concat([zip, Buffer.from("more")]), 422, "NOT_A_PACKAGE"],
    ["an empty zip", zipOf({}), 422, "NOT_A_PACKAGE"],
    ["too much", await tarOf({ huge: "x".repeat(MAX_PACKAGE_BYTES) }), 413, "PAYLOAD_TOO_LARGE"],
  ];
  for (const [what, bytes, status, code] of cases) {
    t.match(await put(service, "1838/api", bytes), { status, body: { code } }, what);
    const streamed = await put(service, "1838/api", Readable.from([...chunks(bytes)]));
    t.match(streamed, { status, body: { code } }, `${what}, in small chunks`);
  }
  t.equal(service.artifacts.size, 0);
  t.match(await service.get(`${STAGE}/builds/1838`), { status: 404 });
  t.same(service.errorLog, []);
});

function* chunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
}

t.test("bytes are compared with the digest that their sender announces", async (t) => {
  const service = await startTestService(t);
  const bytes = await tarOf(FILES);
  const right = `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
  const wrong = `sha-256=:${createHash("sha256").digest("base64")}:`;
  const differs = { status: 422, body: { code: "DIGEST_DIFFERS" } };
  t.match(await put(service, "1/api", bytes, { headers: { "content-digest": wrong } }), differs);
  t.match(await put(service, "1/api", bytes, { headers: { "x-content-sha256": "0".repeat(64) } }), differs);
  for (const [name, value] of [
    ["content-digest", "md5=:abc=:"],
    ["x-content-sha256", "nonsense"],
  ] as const) {
    t.match(await put(service, "1/api", bytes, { headers: { [name]: value } }), { status: 400 }, name);
  }
  t.equal(service.artifacts.size, 0);
  const headers = { "content-digest": `sha-512=:AAAA:, ${right}` };
  t.equal((await put(service, "1/api", bytes, { headers })).status, 201);
});

t.test("an upload that breaks off leaves nothing, neither rows nor files", async (t) => {
  const service = await startTestService(t);
  const folder = await mkdtemp(join(tmpdir(), "stepback-packages-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const name = { application: "shop", stage: "prod", build: "1838", service: "api" };
  const half = (await tarOf({ big: "x".repeat(9_000) })).subarray(0, 5_000);
  const { store, clock } = service;
  const artifacts = await openDiskArtifacts(folder, diskSealing());
  const builds = createBuildService({ store, clock, artifacts, maxPackageBytes: 1e6 } as Parameters<
    typeof createBuildService
  >[0]);
  const broken = Readable.from(
    (async function* () {
      yield half;
      throw new Error("the connection was reset");
    })(),
  );
  const upload = { name, commit: "3f2c", bytes: broken, digest: null, sizeBytes: null };
  await t.rejects(builds.storePackage(upload, "ci"), { code: "UPLOAD_INCOMPLETE" });
  t.same(await readdir(join(folder, "sealed")), []);

  await service.app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = service.app.server.address() as AddressInfo;
  const arrived = once(service.app.server, "request");
  const sending = request({
    port,
    method: "PUT",
    path: `${STAGE}/builds/1838/packages/api?commit=3f2c`,
    headers: {
      authorization: `Bearer ${tokenOf("ci")}`,
      "content-type": "application/x-tar",
      "content-length": 10_752,
    },
  });
  sending.on("error", () => {});
  sending.write(half);
  const [message] = await arrived;
  const gone = new Promise<void>((resolve) => message.once("close", resolve));
  sending.destroy();
  await gone;
  await service.app.close();
  t.equal(service.artifacts.size, 0);
  t.equal(await store.findBuild(name, "1838"), null);
  t.same(service.errorLog, [], "and it is no internal error");
});
