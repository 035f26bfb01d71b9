import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";
import t from "tap";
import { captured } from "#src/domain/component/component";
import { endedDeployment, giveBackup, giveRecord, line, openDeployment, rollback, state } from "./seeds.ts";
import { idOf, itemsOf, MAX_FOLLOWERS, startTestService, type TestService, tokenOf } from "./test-service.ts";

const PAY = "lambda-code:shop-prod-pay";

t.test("activities list both kinds of job of a branch together, newest first", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const other = await openDeployment(service, { branch: "feature", scope: { stacks: ["feature"] } });
  const back = idOf(await rollback(service, { deployment, components: [PAY] }));
  const list = async (query: string) => itemsOf(await service.get(`/v1/activities?${query}`)).map((item) => item["id"]);
  t.same(await list(""), [back, other, deployment]);
  t.same(await list("branch=main"), [back, deployment]);
  t.same(await list("type=deploy&application=shop&stage=prod"), [other, deployment]);
  t.same(await list("status=Completed"), [deployment]);
  t.same(await list("target=other"), []);
  t.match(itemsOf(await service.get("/v1/activities?type=rollback"))[0], {
    type: "rollback",
    status: "Queued",
    branch: "main",
    target: { name: "default" },
  });
  t.equal((await service.get("/v1/activities?type=build")).status, 400);
});

t.test("the log is read page by page, from any line on, and by component and level", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const aws = { service: "lambda", operation: "GetFunction", requestId: "r-1", attempt: 2 };
  await service.store.appendLines(null, id, [
    line(service, "one"),
    line(service, "two", { component: PAY, step: 3, level: "warn", aws }),
    line(service, "three", { level: "debug" }),
    line(service, "four", { component: PAY }),
  ]);
  const read = async (query: string) => {
    const answer = await service.get(`/v1/deployments/${id}/logs?${query}`);
    return { seqs: itemsOf(answer).map((item) => item["seq"]), next: answer.body["next"] };
  };
  t.same(await read(""), { seqs: [1, 2, 3, 4], next: null });
  t.same(await read("after=2"), { seqs: [3, 4], next: null });
  t.same(await read("limit=2"), { seqs: [1, 2], next: "2" });
  t.same(await read("limit=2&cursor=2"), { seqs: [3, 4], next: null });
  t.same(await read(`component=${encodeURIComponent(PAY)}`), { seqs: [2, 4], next: null });
  t.same(await read("level=warn"), { seqs: [2], next: null });
  const all = await service.get(`/v1/deployments/${id}/logs?limit=1&after=1`);
  t.equal(all.headers["link"], `</v1/deployments/${id}/logs?limit=1&after=1&cursor=2>; rel="next"`);
  t.match(itemsOf(all), [{ seq: 2, at: /Z$/, level: "warn", component: PAY, step: 3, message: "two", aws }]);
  for (const query of ["after=x", "level=loud", "component=x", "cursor=x"]) {
    t.equal((await service.get(`/v1/deployments/${id}/logs?${query}`)).status, 400, query);
  }
  t.equal(
    (await service.get(`/v1/rollbacks/${id}/logs`)).status,
    404,
    "a deployment's log is not found under rollbacks",
  );
});

t.test("a followed log sends every line once, and ends with its job", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  await giveBackup(service, id);
  await service.store.appendLines(null, id, [line(service, "deploying")]);
  const url = `/v1/deployments/${id}/logs/stream`;
  const [followed] = await Promise.all([
    service.get(url),
    (async () => {
      await service.post(`/v1/deployments/${id}/finish`, { outcome: "succeeded" });
      await giveRecord(service, id);
    })(),
  ]);
  t.equal(followed.headers["content-type"], "text/event-stream; charset=utf-8");
  t.same(linesOf(followed.text), ["1 backup taken", "2 deploying", "3 recorded"]);
  t.match(followed.text, /event: end\ndata: {"status":"Completed"}\n\n$/);

  const resumed = await service.get(url, { headers: { "last-event-id": "2" } });
  t.same(linesOf(resumed.text), ["3 recorded"]);
  t.same(linesOf((await service.get(`${url}?after=1`)).text), ["2 deploying", "3 recorded"]);
  t.same(linesOf((await service.get(`${url}?level=error`)).text), []);
  t.equal((await service.get(url, { headers: { "last-event-id": "x" } })).status, 400);
});

t.test("a silent log keeps its connection alive, and a stopping service releases its followers", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const follower = await follow(service, `/v1/deployments/${id}/logs/stream`);
  await follower.until(/: still here\n\n/);
  await service.store.appendLines(null, id, [line(service, "at last")]);
  await follower.until(/at last/);
  service.clock.freeze();
  const reads = service.store.findDeployment;
  const waits = new Promise((resolve) => {
    service.store.findDeployment = (...args) => reads(...args).finally(() => resolve(null));
  });
  const waiting = service.get(`/v1/deployments/${id}?wait=60`);
  await waits;
  await service.app.close();
  await follower.closed;
  t.notMatch(follower.text(), /event: end/, "the job has not ended: the client reconnects for the rest");
  t.match(await waiting, { status: 200, body: { status: "Queued" } }, "and the waiting request got its response");
});

t.test("many requests can wait at the same time without a warning about a leak", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const warnings: Error[] = [];
  const collect = (warning: Error) => warnings.push(warning);
  process.on("warning", collect);
  t.teardown(() => process.off("warning", collect));
  await Promise.all(Array.from({ length: 30 }, () => service.get(`/v1/deployments/${id}?wait=1`)));
  t.same(
    warnings.filter(({ name }) => name === "MaxListenersExceededWarning"),
    [],
  );
});

t.test("nothing is read for a follower that has hung up, and a slow follower loses nothing", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const many = Array.from({ length: 3000 }, (_, index) => line(service, `line ${index} ${"x".repeat(500)}`));
  await service.store.appendLines(null, id, many);
  const slow = await follow(service, `/v1/deployments/${id}/logs/stream`);
  slow.stream.pause();
  await service.store.appendLines(null, id, [line(service, "the last one")]);
  slow.stream.resume();
  await slow.until(/the last one/);
  t.equal(linesOf(slow.text()).length, 3001);

  let reads = 0;
  const { findDeployment } = service.store;
  service.store.findDeployment = (...args) => {
    reads += 1;
    return findDeployment(...args);
  };
  slow.hangUp();
  await settled(() => reads);
  t.ok(reads <= 1, "a read may have been under way");
});

t.test("an idle follower reads nothing until something is written, and the line comes at once", async (t) => {
  const service = await startTestService(t);
  const [id, other] = [
    await openDeployment(service),
    await openDeployment(service, { scope: { functions: ["other-*"] } }),
  ];
  let reads = 0;
  const { listLines } = service.store;
  service.store.listLines = (...args) => {
    reads += 1;
    return listLines(...args);
  };
  service.clock.freeze();
  const followers = await Promise.all([1, 2, 3].map(() => follow(service, `/v1/deployments/${id}/logs/stream`)));
  await settled(() => reads);
  t.equal(reads, 3, "each has read once");
  await service.store.appendLines(null, other, [line(service, "not about them")]);
  await settled(() => reads);
  t.equal(reads, 3, "another log wakes nobody");
  await service.store.appendLines(null, id, [line(service, "pushed")]);
  await Promise.all(followers.map((follower) => follower.until(/pushed/)));
  await settled(() => reads);
  t.equal(reads, 9, "once for the line, and once to find that it was the last");
});

t.test("one principal follows so many logs at a time, and another one may go on", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const url = `/v1/deployments/${id}/logs/stream`;
  service.clock.freeze();
  const followers = await Promise.all(Array.from({ length: MAX_FOLLOWERS }, () => follow(service, url)));
  t.match(await service.get(url), { status: 429, body: { code: "TOO_MANY_FOLLOWERS", detail: /3 are allowed/ } });
  const answer = await follow(service, url, tokenOf("auditor"));
  t.equal(answer.status, 200, "another principal has places of its own");
  followers[0]?.hangUp();
  await followers[0]?.closed;
  t.equal((await follow(service, url)).status, 200, "who hangs up leaves a place");
});

t.test("snapshots show settings without secrets, and only harmless evidence", async (t) => {
  const service = await startTestService(t);
  const zip = Buffer.from("PK the zip of pay");
  const digest = createHash("sha256").update(zip).digest("hex");
  const artifacts = [{ digest, sizeBytes: zip.length }];
  service.artifacts.set(digest, zip);
  const lost = [{ digest: "0".repeat(64), sizeBytes: 9 }];
  const facts = { parent: "stack:shop-api", physicalId: "shop-prod-pay" } as const;
  const states = [
    captured("lambda-code:shop-prod-pay", { settings: { CodeSha256: "x" }, evidence: {}, artifacts }, facts),
    captured("lambda-code:shop-prod-lost", { settings: {}, evidence: {}, artifacts: lost }, facts),
    captured(
      "lambda-config:shop-prod-pay",
      {
        settings: { Environment: { PASSWORD: "hunter2" }, Timeout: 3 },
        evidence: { functionArn: "arn:pay", outputs: { Url: "hunter2" } },
        artifacts: [],
      },
      { ...facts, incomplete: "denied" },
    ),
    state("stack:shop-api", { template: '{"Parameters":{}}', parameters: { Password: { noEcho: true }, Size: "1" } }),
  ];
  const id = await openDeployment(service);
  const { backup } = await service.services.deployments.find(id);
  const url = `/v1/snapshots/${backup.id}`;
  t.match((await service.get(url)).body, { id: backup.id, purpose: "backup", activity: id, status: "Pending" });
  t.same(itemsOf(await service.get(`${url}/components`)), []);
  await giveBackup(service, id, states);
  t.match((await service.get(url)).body, { status: "Ready", components: 4, takenAt: /Z$/ });

  const first = await service.get(`${url}/components?limit=3`);
  const rest = await service.get(String(first.headers["link"]).slice(1, -'>; rel="next"'.length));
  t.equal(itemsOf(first).length + itemsOf(rest).length, 4);
  t.notMatch(first.text + rest.text, "hunter2");

  const at = (component: string) => `${url}/components/${encodeURIComponent(component)}`;
  t.match((await service.get(at("lambda-config:shop-prod-pay"))).body, {
    id: "lambda-config:shop-prod-pay",
    kind: "lambda-config",
    name: "shop-prod-pay",
    parent: "stack:shop-api",
    incomplete: "denied",
    settings: { Environment: { PASSWORD: { secret: "set" } }, Timeout: 3 },
    evidence: { functionArn: "arn:pay" },
  });
  t.match((await service.get(at("stack:shop-api"))).body, {
    settings: { parameters: { Password: { secret: /./ }, Size: "1" } },
  });

  const bytes = await service.get(`${at("lambda-code:shop-prod-pay")}/artifact`);
  t.match(bytes, { status: 200, text: zip.toString() });
  t.match(bytes.headers, {
    "content-type": "application/zip",
    "content-length": String(zip.length),
    etag: `"${digest}"`,
    "repr-digest": `sha-256=:${createHash("sha256").update(zip).digest("base64")}:`,
  });
  t.equal((await service.get(`${at("lambda-config:shop-prod-pay")}/artifact`)).status, 404);
  t.match(await service.get(`${at("lambda-code:shop-prod-lost")}/artifact`), {
    status: 410,
    body: { code: "ARTIFACT_MISSING", detail: /The bytes .* are missing/ },
  });
  const auditor = { token: tokenOf("auditor") };
  t.equal((await service.get(at("lambda-code:shop-prod-pay"), auditor)).status, 200);
  t.equal((await service.get(`${at("lambda-code:shop-prod-pay")}/artifact`, auditor)).status, 403);
});

t.test("ids with awkward characters can be sent percent-encoded", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const awkward = `lambda-alias:${"n".repeat(140)}:live/50% & ü?#`;
  await giveBackup(service, id, [state(awkward as `lambda-alias:${string}`, {})]);
  const { backup } = await service.services.deployments.find(id);
  const answer = await service.get(`/v1/snapshots/${backup.id}/components/${encodeURIComponent(awkward)}`);
  t.match(answer, { status: 200, body: { id: awkward } });
});

function linesOf(events: string): string[] {
  return [...events.matchAll(/^id: (\d+)\ndata: (.+)$/gm)].map(([, seq, data]) => {
    const { message } = JSON.parse(data ?? "") as { message: string };
    return `${seq} ${message}`;
  });
}

interface Follower {
  readonly status: number;
  readonly stream: Readable;
  readonly closed: Promise<unknown>;
  text(): string;
  until(pattern: RegExp): Promise<void>;
  /** Closes the connection, as a client does that no longer listens. */
  hangUp(): void;
}

async function follow(service: TestService, url: string, token = tokenOf("admin")): Promise<Follower> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await service.app.inject({ url, headers, payloadAsStream: true });
  const stream = response.stream();
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  // A follower that hangs up itself is not interested in the reset.
  stream.on("error", () => {});
  return {
    stream,
    status: response.statusCode,
    closed: new Promise((resolve) => stream.once("close", resolve)),
    text: () => text,
    until: async (pattern) => {
      while (!pattern.test(text)) await once(stream, "data");
    },
    hangUp: () => void response.raw.res.destroy(),
  };
}

/** Resolves once a count has not changed for a thousand turns of the event loop. */
async function settled(count: () => number): Promise<void> {
  for (let last = -1; last !== count(); ) {
    last = count();
    for (let turn = 0; turn < 1000; turn += 1) await new Promise(setImmediate);
  }
}
