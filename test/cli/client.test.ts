import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import {
  COMPLETED,
  eventStream,
  type FakeService,
  hangUp,
  logLine,
  problem,
  refuse,
  startFakeService,
  TOKEN,
} from "../support/fake-service.ts";
import { runCli, startCli } from "./run-as-process.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

const results: CommandResult[] = [];

interface Scene {
  readonly service: FakeService;
  run(...args: string[]): Promise<CommandResult>;
}

async function withService(t: Test): Promise<Scene> {
  const service = await startFakeService();
  t.teardown(() => service.close());
  const run = async (...args: string[]) => {
    const result = await runInProcess(args, { env: { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN } });
    results.push(result);
    return result;
  };
  return { service, run };
}

t.test("--help lists the commands that start something and those that are clients", async (t) => {
  const { code, stdout } = await runCli(["--help"]);
  t.equal(code, 0);
  for (const command of [
    "serve",
    "sandbox",
    "demo",
    "deploy",
    "deployments",
    "components",
    "rollback",
    "logs",
    "activities",
  ]) {
    t.match(stdout, `\n  ${command} `);
  }
});

t.test("wrong usage exits with 252 and sends no request", async (t) => {
  const { service, run } = await withService(t);
  const wrong = [
    ["nonsense"],
    [],
    ["deployments", "--nonsense"],
    ["deployments", "--output", "xml"],
    ["deploy", "--stage", "prod", "--", "true"],
    ["logs", "snp_01"],
    ["rollback", "--all", "--yes"],
    ["rollback", "--deployment", "dep_01", "--yes"],
    ["rollback", "--deployment", "dep_01", "--all", "--component", "stack:x", "--yes"],
    ["rollback", "--deployment", "dep_01", "--all"],
  ];
  const codes = await Promise.all(wrong.map(async (args) => (await run(...args)).code));
  t.same(
    codes,
    wrong.map(() => 252),
  );
  t.same(service.seen, []);
});

t.test("missing or wrong settings exit with 253", async (t) => {
  const nowhere = { STEPBACK_DATA_DIR: t.testdir() };
  t.equal((await runInProcess(["deployments"], { env: nowhere })).code, 253, "no token anywhere");
  const wrong = { STEPBACK_URL: "ftp://x", STEPBACK_TOKEN: TOKEN };
  t.equal((await runInProcess(["deployments"], { env: wrong })).code, 253);
  const remote = { STEPBACK_URL: "http://stepback.example", STEPBACK_DATA_DIR: t.testdir({ "admin-token": TOKEN }) };
  const { code, stderr } = await runInProcess(["deployments"], { env: remote });
  t.equal(code, 253, "the local admin token is not sent to another machine");
  t.match(stderr, "STEPBACK_TOKEN is not set");
});

t.test("the admin token of a service on this machine is found in its data folder", async (t) => {
  const { service } = await withService(t);
  service.on("GET /v1/deployments", { items: [], next: null });
  const cwd = t.testdir();
  await mkdir(join(cwd, "data"));
  await writeFile(join(cwd, "data", "admin-token"), `${TOKEN}\n`);
  const end = await runCli(["deployments"], { env: { STEPBACK_URL: service.url }, cwd });
  t.equal(end.code, 0);
  t.equal(service.seen[0]?.headers.authorization, `Bearer ${TOKEN}`);
});

t.test("a refused token exits with 253, every other error with 254, printed with its faults and advice", async (t) => {
  const { service, run } = await withService(t);
  service.on(
    "GET /v1/deployments/dep_01",
    refuse(401, "UNAUTHENTICATED", "The token is not known."),
    refuse(422, "UNKNOWN_COMPONENT", "Two are unknown.", [
      { pointer: "/components/0", code: "UNKNOWN_COMPONENT", detail: "stack:a is not among them." },
      { pointer: "/components/1", detail: "stack:b is not among them." },
    ]),
    (response) => response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"),
  );
  t.equal((await run("deployments", "dep_01")).code, 253);
  const { code, stdout, stderr } = await run("deployments", "dep_01");
  t.equal(code, 254);
  t.equal(stdout, "");
  t.match(stderr, "UNKNOWN_COMPONENT Title of UNKNOWN_COMPONENT\n  Two are unknown.");
  t.match(stderr, "  - --component: UNKNOWN_COMPONENT stack:a is not among them.");
  t.match(stderr, "  - --component: stack:b is not among them.");
  t.match(stderr, "Pick from `stepback components ID`");
  const page = await run("deployments", "dep_01");
  t.equal(page.code, 254);
  t.match(page.stderr, "HTTP_502");
});

t.test("an address where nobody listens exits with 254 at once", async (t) => {
  const service = await startFakeService();
  await service.close();
  const end = await runInProcess(["activities"], { env: { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN } });
  t.equal(end.code, 254);
  t.match(end.stderr, "does not answer");
});

t.test("JSON is exactly the API's answer, for every list", async (t) => {
  const { service, run } = await withService(t);
  const row = { id: "stack:shop", change: "modified", parent: null, diff: [], readiness: "reversible", reasons: [] };
  const answers = {
    "/v1/deployments": { items: [COMPLETED], next: "abc", later: "fields that this client does not know" },
    "/v1/deployments/dep_01": COMPLETED,
    "/v1/deployments/dep_01/components": { items: [row], next: null },
    "/v1/deployments/dep_01/logs": { items: [logLine(1, "taking the backup")], next: null },
    "/v1/rollbacks/rbk_01/logs": { items: [logLine(1, "planning")], next: null },
    "/v1/activities": { items: [COMPLETED], next: null },
  };
  for (const [path, answer] of Object.entries(answers)) service.on(`GET ${path}`, answer);
  const commands = {
    "/v1/deployments": ["deployments"],
    "/v1/deployments/dep_01": ["deployments", "dep_01"],
    "/v1/deployments/dep_01/components": ["components", "dep_01"],
    "/v1/deployments/dep_01/logs": ["logs", "dep_01"],
    "/v1/rollbacks/rbk_01/logs": ["logs", "rbk_01"],
    "/v1/activities": ["activities"],
  };
  for (const [path, command] of Object.entries(commands)) {
    const { code, stdout } = await run(...command, "--output", "json");
    t.equal(code, 0);
    t.same(JSON.parse(stdout), answers[path as keyof typeof answers], path);
  }
});

t.test("tables show what people look for; filters, limit and cursor reach the API", async (t) => {
  const { service, run } = await withService(t);
  service.on("GET /v1/deployments", { items: [COMPLETED], next: "abc" });
  const filters = ["--stage", "prod", "--status", "In Progress", "--limit", "1", "--cursor", "xyz"];
  const { stdout, stderr } = await run("deployments", ...filters);
  t.equal(service.seen[0]?.path, "/v1/deployments?stage=prod&status=In%20Progress&limit=1&cursor=xyz");
  t.match(stdout, /^ID +STATUS +APPLICATION/);
  t.match(stdout, /dep_01 +Completed +shop +prod +main +1841 +1 added, 2 modified/);
  t.notMatch(stdout, "\u001b", "no colours where there is no terminal");
  t.match(stderr, "More: --cursor abc");
});

t.test("differences show secrets as fingerprints and what is live now", async (t) => {
  const { service, run } = await withService(t);
  const diff = [
    { path: "/Environment/KEY", before: { secret: "aaaabbbbccccdddd" }, deployed: { secret: "eeeeffff00001111" } },
    { path: "/Timeout", before: 3, deployed: 30, live: 60 },
  ];
  const row = { id: "lambda-config:pay", change: "modified", parent: null, diff, readiness: "reversible", reasons: [] };
  service.on("GET /v1/deployments/dep_01/components", { items: [row], next: null });
  const { stdout } = await run("components", "dep_01", "--diff");
  t.match(stdout, "/Environment/KEY  (secret aaaabbbbcccc) → (secret eeeeffff0000)");
  t.match(stdout, "/Timeout  3 → 30  now 60");
});

t.test("a request survives a lost connection, and keeps its idempotency key if it changes something", async (t) => {
  const { service, run } = await withService(t);
  service.on("GET /v1/activities", hangUp, refuse(503, "SHUTTING_DOWN", "Stopping."), { items: [], next: null });
  t.equal((await run("activities")).code, 0);
  t.equal(service.seen.length, 3);

  service.on("POST /v1/rollbacks", hangUp, refuse(422, "NOTHING_PICKED", "No component."));
  t.equal((await run("rollback", "--deployment", "dep_01", "--all", "--plan")).code, 254);
  const keys = service.seen.slice(3).map(({ headers }) => headers["idempotency-key"]);
  t.equal(keys.length, 2);
  t.ok(keys[0]);
  t.equal(keys[0], keys[1]);
});

t.test("logs -f prints each line once across dropped connections, and ends with the job", async (t) => {
  const { service, run } = await withService(t);
  service.on("GET /v1/rollbacks/rbk_01", { status: "In Progress" }, { status: "Completed" });
  service.on(
    "GET /v1/rollbacks/rbk_01/logs/stream",
    eventStream([logLine(1, "one"), logLine(2, "two")], false),
    eventStream([logLine(2, "two"), logLine(3, "three")], true),
  );
  service.on("GET /v1/rollbacks/rbk_01/logs", { items: [logLine(4, "four")], next: null }, { items: [], next: null });
  const { code, stdout } = await run("logs", "-f", "rbk_01", "--output", "json");
  t.equal(code, 0);
  const lines = stdout.trim().split("\n");
  t.same(
    lines.map((line) => JSON.parse(line) as unknown),
    [logLine(1, "one"), logLine(2, "two"), logLine(3, "three"), logLine(4, "four")],
  );
  const streams = service.seen.filter(({ path }) => path.includes("/stream"));
  t.same(
    streams.map(({ headers }) => headers["last-event-id"]),
    ["0", "2"],
  );
});

t.test("logs -f of an unknown job exits with 254, and an interrupted one with 130", async (t) => {
  const { service, run } = await withService(t);
  t.equal((await run("logs", "-f", "rbk_none")).code, 254);

  service.on("GET /v1/deployments/dep_01/logs/stream", (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${JSON.stringify(logLine(1, "first line"))}\n\n`);
  });
  const cli = startCli(["logs", "-f", "dep_01"], { env: { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN } });
  await cli.says("first line");
  cli.child.kill("SIGINT");
  t.equal((await cli.ended).code, 130);
});

t.test("an answer that is not JSON is reported as such", async (t) => {
  const { service, run } = await withService(t);
  service.on("GET /v1/activities", (response) => response.writeHead(200).end("<html>"));
  const { code, stderr } = await run("activities");
  t.equal(code, 254);
  t.match(stderr, "not JSON");
});

t.test("the token is never printed", async (t) => {
  const { service, run } = await withService(t);
  service.on("GET /v1/activities", (response) =>
    response.writeHead(500).end(JSON.stringify(problem(500, "INTERNAL", "Inside."))),
  );
  t.equal((await run("activities")).code, 254);
  for (const { stdout, stderr } of results) t.notMatch(stdout + stderr, TOKEN);
});
