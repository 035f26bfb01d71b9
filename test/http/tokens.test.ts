import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import t from "tap";
import { EVERYWHERE } from "#src/domain/access/grants";
import { tokenIdOf, tokenText } from "#src/services/token-text";
import { openDeployment } from "./seeds.ts";
import { type Answer, insertLogin, itemsOf, startTestService, type TestService, tokenOf } from "./test-service.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

async function made(service: TestService, more: object = {}, headers: Record<string, string> = {}) {
  const answer = await service.post("/v1/tokens", { name: "pipeline", role: "ci", ...more }, { headers });
  return { answer, token: String(answer.body["token"]), id: String(answer.body["id"]) };
}

function listedOf(answer: Answer, id: string) {
  return itemsOf(answer).find((item) => item["id"] === id);
}

t.test("a token is shown once, opens what its grant says, and is listed without its secret", async (t) => {
  const service = await startTestService(t);
  const { answer, token, id } = await made(service, { applications: ["shop"], stages: ["prod*"] });
  t.equal(answer.status, 201);
  t.match(token, new RegExp(`^sbk_${id.slice(4)}_[A-Za-z0-9_-]{43}[0-9a-f]{8}$`));
  const { body: me } = await service.get("/v1/me", { token });
  const grants = [{ role: "ci", ...EVERYWHERE, applications: ["shop"], stages: ["prod*"] }];
  t.match(me, { subject: `token:${id}:pipeline`, name: "pipeline", grants });
  t.equal(Date.parse(String(me["expiresAt"])) - service.clock.now(), 90 * DAY_MS, "unless it says something else");
  const listed = await service.get("/v1/tokens");
  t.match(listedOf(listed, id), { id, grants, createdBy: /:admin$/, revokedAt: null, lastUsedAt: /Z$/ });
  t.notMatch(listed.text, new RegExp(token.slice(25)), "never the token");
  t.match(
    (await made(service, { expiresAt: null })).answer.body,
    { expiresAt: null },
    "only who says so gets one for ever",
  );
  const both = { role: undefined, grants: [{ role: "ci", stages: ["dev"] }, { role: "auditor" }] };
  t.match((await made(service, both)).answer.body, {
    grants: [
      { role: "ci", ...EVERYWHERE, stages: ["dev"] },
      { role: "auditor", ...EVERYWHERE },
    ],
  });
});

t.test("what is wrong with a wanted token is said, and nothing is made", async (t) => {
  const service = await startTestService(t);
  const before = itemsOf(await service.get("/v1/tokens")).length;
  for (const [what, more] of [
    ["no role", { role: undefined }],
    ["both forms", { grants: [{ role: "ci" }] }],
    ["places beside grants", { role: undefined, grants: [{ role: "ci" }], stages: ["dev"] }],
    ["unknown role", { role: "owner" }],
    ["no pattern", { stages: [] }],
    ["over already", { expiresAt: "2020-01-01T00:00:00Z" }],
    ["no time", { expiresAt: "tomorrow" }],
    ["unknown member", { scope: "*" }],
  ] as const) {
    t.match((await made(service, more)).answer, { status: 400, body: { code: "VALIDATION_FAILED" } }, what);
  }
  t.equal(itemsOf(await service.get("/v1/tokens")).length, before);
});

t.test("an admin of some applications makes, sees and revokes tokens inside them only", async (t) => {
  const service = await startTestService(t);
  const token = "shop-admin-token-0123456789";
  await insertLogin(service.store, service.clock, token, {
    name: "shop admin",
    grants: [{ role: "admin", ...EVERYWHERE, applications: ["shop"] }],
  });
  const make = (more: object) => service.post("/v1/tokens", { name: "x", role: "operator", ...more }, { token });
  t.match(await make({}), { status: 403, body: { code: "OUTSIDE_GRANT" } });
  t.match(await make({ applications: ["shop*"] }), { status: 403, body: { code: "OUTSIDE_GRANT" } });
  t.equal((await make({ applications: ["shop"], stages: ["dev"] })).status, 201);
  t.same(
    itemsOf(await service.get("/v1/tokens", { token }))
      .map(({ name }) => name)
      .sort(),
    ["shop admin", "x"],
  );
  const { id } = await made(service);
  t.equal((await service.send("DELETE", `/v1/tokens/${id}`, { token })).status, 404);
  t.equal((await service.send("DELETE", `/v1/tokens/${id}`)).status, 200);
});

t.test("a repeat under the same key does not show the secret again, and makes no second token", async (t) => {
  const service = await startTestService(t);
  const headers = { "idempotency-key": "once" };
  const first = await made(service, {}, headers);
  t.equal(first.answer.status, 201);
  const again = await made(service, {}, headers);
  t.match(again.answer, { status: 409, body: { code: "SECRET_SHOWN_ONCE" } });
  t.notMatch(again.answer.text, /sbk_/);
  t.equal(itemsOf(await service.get("/v1/tokens")).filter(({ name }) => name === "pipeline").length, 1);
});

t.test("a revoked token leaves a tombstone, and tells its bearer when it ended", async (t) => {
  const service = await startTestService(t);
  const { token, id } = await made(service);
  const revoked = await service.send("DELETE", `/v1/tokens/${id}`);
  t.match(revoked, { status: 200, body: { id, revokedBy: /:admin$/, revokedAt: /Z$/ } });
  t.match(await service.get("/v1/me", { token }), { status: 401, body: { detail: /was revoked at/ } });
  t.match(await service.send("DELETE", `/v1/tokens/${id}`), { status: 409, body: { code: "NOT_ACTIVE" } });
  t.match(listedOf(await service.get("/v1/tokens"), id), { id, revokedBy: /:admin$/ });
});

t.test("a token that was cut, mistyped or guessed is unknown", async (t) => {
  const service = await startTestService(t);
  const { token, id } = await made(service);
  const other = tokenText(id, Buffer.alloc(32, 1));
  t.equal(tokenIdOf(other), id, "well-formed, of the same id, with another secret");
  for (const wrong of [token.slice(0, -1), `${token}0`, token.replace(/.$/, "g"), token.toUpperCase(), other]) {
    service.clock.advance(60_000);
    t.match(await service.get("/v1/me", { token: wrong }), { status: 401 }, wrong.slice(0, 40));
  }
});

t.test("many failed log-ins of one address are refused, and a good token is let in all the same", async (t) => {
  const service = await startTestService(t);
  const guess = () => service.get("/v1/me", { token: "guessed" });
  for (let n = 0; n < 20; n += 1) t.equal((await guess()).status, 401);
  t.match(await guess(), { status: 429, body: { code: "TOO_MANY_FAILED_LOGINS", retryable: true } });
  t.equal((await service.get("/v1/me", { token: tokenOf("ci") })).status, 200);
  service.clock.advance(60_000);
  t.equal((await guess()).status, 401, "a minute later it is told why again");
});

t.test("open streams end with the token, revoked or expired, and those of others go on", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const inAnHour = new Date(service.clock.now() + 3_600_000).toISOString();
  const [revoked, expiring, kept] = [
    await made(service),
    await made(service, { expiresAt: inAnHour }),
    await made(service),
  ];
  await service.app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = service.app.server.address() as AddressInfo;
  const follow = async ({ token }: { token: string }): Promise<IncomingMessage> => {
    const headers = { authorization: `Bearer ${token}` };
    const request = get({ port, path: `/v1/deployments/${id}/logs/stream`, headers });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response.resume();
  };
  const last = await follow(kept);
  const first = await follow(revoked);
  await service.send("DELETE", `/v1/tokens/${revoked.id}`);
  await once(first, "close");
  t.equal(last.readableEnded, false);
  // The test's clock rushes from one sleep to the next.
  await once(await follow(expiring), "close");
  t.ok(service.clock.now() >= Date.parse(inAnHour));
  t.equal(last.readableEnded, false, "one that is valid goes on");
  last.destroy();
});
