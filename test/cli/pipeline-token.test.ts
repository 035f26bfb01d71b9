import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";
import { pipelineTokens } from "#cli/pipeline-token";
import { runInProcess } from "./run-in-process.ts";

/** A server on loopback that notes the requests it gets. */
async function listen(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where GitHub Actions gives tokens; each is another one, and lives this many seconds. */
async function gitHub(t: Test, life: number, refusals = 0) {
  const asked: { audience: string | null; version: string | null; authorization: string | undefined }[] = [];
  const url = await listen(t, ({ url = "", headers: { authorization } }, response) => {
    const { searchParams: query } = new URL(url, "http://x");
    asked.push({ audience: query.get("audience"), version: query.get("api-version"), authorization });
    if (asked.length <= refusals) return response.writeHead(503).end();
    const claims = Buffer.from(JSON.stringify({ iat: 1_000, exp: 1_000 + life })).toString("base64url");
    return response.end(JSON.stringify({ count: 1, value: `e30.${claims}.${asked.length}` }));
  });
  return { asked, url: `${url}/token?api-version=2.0` };
}

async function service(t: Test) {
  const shown: (string | undefined)[] = [];
  const url = await listen(t, ({ headers }, response) => {
    shown.push(headers.authorization);
    response.setHeader("content-type", "application/json").end('{"items":[],"next":null}');
  });
  return { shown, url };
}

t.test("a job of GitHub Actions logs in with a token of its own for the service's address", async (t) => {
  const [hub, { shown, url }] = [await gitHub(t, 300), await service(t)];
  const job = { ACTIONS_ID_TOKEN_REQUEST_URL: hub.url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of-the-job" };
  t.equal((await runInProcess(["activities"], { env: { STEPBACK_URL: `${url}/`, ...job } })).code, 0);
  t.same(hub.asked, [{ audience: url, version: "2.0", authorization: "bearer of-the-job" }]);
  t.match(shown, [/^Bearer e30\.[\w-]+\.1$/]);
  const other = { STEPBACK_URL: url, ...job, STEPBACK_OIDC_AUDIENCE: "stepback" };
  t.equal((await runInProcess(["activities"], { env: other })).code, 0);
  t.match(hub.asked[1], { audience: "stepback" });
  t.equal((await runInProcess(["activities"], { env: { ...other, STEPBACK_TOKEN: "mine" } })).code, 0);
  t.equal(hub.asked.length, 2, "STEPBACK_TOKEN wins");
  t.equal(shown.at(-1), "Bearer mine");
});

t.test("a token serves several calls, and one that would end soon is not used again", async (t) => {
  const long = await gitHub(t, 300);
  const tokens = pipelineTokens({ url: long.url, secret: "s", audience: "a" });
  const [first, second] = await Promise.all([tokens(), tokens()]);
  t.equal(first, second);
  t.equal(await tokens(), first);
  t.equal(long.asked.length, 1);
  const short = await gitHub(t, 0);
  const ending = pipelineTokens({ url: short.url, secret: "s", audience: "a" });
  t.not(await ending(), await ending());
});

t.test("a token that cannot be had is asked for again, and then said with the way out", async (t) => {
  const hub = await gitHub(t, 300, 1);
  t.match(await pipelineTokens({ url: hub.url, secret: "s", audience: "a" })(), /\.2$/);
  const { shown, url } = await service(t);
  const closed = await gitHub(t, 300, 100);
  const job = { ACTIONS_ID_TOKEN_REQUEST_URL: closed.url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of-the-job" };
  const end = await runInProcess(["activities"], { env: { STEPBACK_URL: url, ...job } });
  t.equal(end.code, 253);
  t.match(end.stderr, /gave the job no OIDC token: it answered 503[\s\S]*id-token: write/);
  t.notMatch(end.stderr, "of-the-job");
  t.same(shown, [], "nothing was sent");
});
