import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { createSandbox } from "#sandbox/sandbox";
import { handlerZip, ROLE } from "./sandbox-harness.ts";

const run = promisify(execFile);
/** The CLI is a Python program: it takes half a second to start. */
const TIMEOUT_MS = 60_000;

const isThere = spawnSync("aws", ["--version"]).status === 0;

t.test("the AWS CLI works against the sandbox unchanged", { skip: isThere ? false : "aws is missing" }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "aws-cli-test-"));
  const sandbox = createSandbox({ updateMs: 1 });
  const url = await sandbox.listen();
  t.teardown(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true });
  });
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_PAGER: "",
  };
  const text = async (...args: string[]) => {
    const { stdout } = await run("aws", ["--endpoint-url", url, ...args], { cwd: folder, env, timeout: TIMEOUT_MS });
    return stdout;
  };
  const json = async (...args: string[]) =>
    JSON.parse(await text(...args, "--output", "json")) as Record<string, unknown>;

  t.test("sts", async (t) => {
    t.match(await json("sts", "get-caller-identity"), { Account: "000000000000" });
  });

  t.test("s3", async (t) => {
    const large = Buffer.alloc(9 * 1024 * 1024, "large enough for parts");
    await writeFile(join(folder, "large.bin"), large);
    await text("s3", "mb", "s3://cli-bucket");
    await text("s3", "cp", "large.bin", "s3://cli-bucket/in/large.bin", "--no-progress");
    t.match(await text("s3", "ls", "s3://cli-bucket/in/"), `${large.byteLength} large.bin`);
    await text("s3", "cp", "s3://cli-bucket/in/large.bin", "back.bin", "--no-progress");
    t.ok((await readFile(join(folder, "back.bin"))).equals(large));
    t.match(await json("s3api", "head-object", "--bucket", "cli-bucket", "--key", "in/large.bin"), {
      ContentLength: large.byteLength,
    });
    await text("s3", "rm", "s3://cli-bucket", "--recursive");
    await text("s3", "rb", "s3://cli-bucket");
    t.match(await json("s3api", "list-buckets"), { Buckets: [] });
  });

  t.test("lambda", async (t) => {
    await writeFile(join(folder, "one.zip"), handlerZip("one"));
    await writeFile(join(folder, "two.zip"), handlerZip("two"));
    const named = ["--function-name", "cli"];
    const runtime = ["--runtime", "nodejs20.x", "--handler", "index.handler", "--role", ROLE];
    await json("lambda", "create-function", ...named, ...runtime, "--zip-file", "fileb://one.zip");
    await text("lambda", "wait", "function-active-v2", ...named);
    t.match(await json("lambda", "list-functions"), { Functions: [{ FunctionName: "cli" }] });
    const { Code } = await json("lambda", "get-function", ...named);
    const fetched = await fetch((Code as { Location: string }).Location);
    t.same(Buffer.from(await fetched.arrayBuffer()), Buffer.from(handlerZip("one")));
    await json("lambda", "update-function-code", ...named, "--zip-file", "fileb://two.zip");
    await text("lambda", "wait", "function-updated-v2", ...named);
    t.match(await json("lambda", "invoke", ...named, "out.json"), { StatusCode: 200, ExecutedVersion: "$LATEST" });
    t.match(JSON.parse(await readFile(join(folder, "out.json"), "utf8")), { marker: "two" });
    const missing = text("lambda", "get-function", "--function-name", "none").then(
      () => "",
      (error: Error) => error.message,
    );
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:none";
    t.match(
      await missing,
      `(ResourceNotFoundException) when calling the GetFunction operation: Function not found: ${arn}`,
    );
  });
});
