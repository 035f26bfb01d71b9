import t from "tap";
import { tarOf } from "../support/archives.ts";
import { endedDeployment, OPENING, openDeployment } from "./seeds.ts";
import { faultsOf, idOf, startTestService } from "./test-service.ts";

const ESC = "\u001b[2J";

/** One of each sort, with the name under which it is refused. */
const SORTS: Readonly<Record<string, string>> = {
  "U+0000": "\u0000",
  "U+000D": "\r",
  "U+001B": ESC,
  "U+007F": "\u007f",
  "U+009B": "\u009b31m",
  "U+2028": "\u2028",
  "U+2029": "\u2029",
  "U+202E": "\u202etxt.exe",
  "U+2066": "\u2066",
  "U+D800": "\ud800",
  "U+FDD0": "\ufdd0",
};

t.test(
  "control characters of every sort are refused, in each text of a request, by one answer that names them all",
  async (t) => {
    const service = await startTestService(t);
    const texts = ["application", "stage", "branch", "commit", "build", "target", "reason", "ticket"];
    for (const [name, text] of Object.entries(SORTS)) {
      const bad = Object.fromEntries(texts.map((member) => [member, `a${text}b`]));
      const answer = await service.post("/v1/deployments", { ...OPENING, ...bad });
      t.match(answer, { status: 400, body: { code: "VALIDATION_FAILED" } }, name);
      const named = faultsOf(answer).filter(({ detail }) => String(detail).includes(`control character ${name}`));
      t.same(new Set(named.map(({ pointer }) => pointer)), new Set(texts.map((member) => `/${member}`)), name);
    }
    const mixed = await service.post("/v1/deployments", {
      ...OPENING,
      branch: ESC,
      stage: 5,
      [ESC]: 1,
      scope: { stacks: [ESC] },
    });
    const pointers = faultsOf(mixed).map(({ pointer }) => pointer);
    t.same(
      new Set(pointers),
      new Set(["/branch", "/stage", `/${ESC}`, "/scope/stacks/0"]),
      "with the faults of other sorts",
    );
  },
);

t.test("a reason and a message may have several lines; nothing else may", async (t) => {
  const service = await startTestService(t);
  const reason = "The first line.\r\nThe second:\n\tindented, in اردو\u200f and 日本語 👩‍🚀.";
  const id = idOf(await service.post("/v1/deployments", { ...OPENING, reason, branch: "ветка/日本-👩‍🚀" }));
  t.match((await service.get(`/v1/deployments/${id}`)).body, { reason, branch: "ветка/日本-👩‍🚀" });
  const oneLine = await service.post("/v1/deployments", { ...OPENING, scope: { stacks: ["b"] }, ticket: "one\ntwo" });
  t.match(faultsOf(oneLine), [{ pointer: "/ticket", detail: "must not have the control character U+000A" }]);
  const obeyed = await service.post("/v1/deployments", { ...OPENING, scope: { stacks: ["b"] }, reason: `one\n${ESC}` });
  t.match(faultsOf(obeyed), [{ pointer: "/reason", detail: /U\+001B; only line breaks and tabs are allowed/ }]);
  const overwritten = await service.post("/v1/deployments", {
    ...OPENING,
    scope: { stacks: ["b"] },
    reason: "bad\rgood",
  });
  t.match(faultsOf(overwritten), [{ pointer: "/reason", detail: /U\+000D/ }]);
});

t.test("every other door refuses them, too", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const running = await openDeployment(service, { scope: { stacks: ["other"] } });
  const stage = "/v1/applications/shop/stages/prod";
  const refused: [string, string, object | undefined, string][] = [
    ["POST", "/v1/rollbacks", { deployment: ESC, components: [] }, "/deployment"],
    ["POST", "/v1/rollbacks", { deployment, components: [`stack:${ESC}`] }, "/components/0"],
    ["POST", "/v1/rollbacks", { deployment, components: "all", reason: ESC }, "/reason"],
    ["POST", "/v1/rollbacks", { deployment, components: "all", allowDestructive: [ESC] }, "/allowDestructive/0"],
    [
      "POST",
      "/v1/rollbacks",
      { deployment, components: "all", continueUpdateRollback: { [ESC]: [] } },
      `/continueUpdateRollback/${ESC}`,
    ],
    ["POST", `/v1/deployments/${running}/finish`, { outcome: "failed", message: ESC }, "/message"],
    ["POST", `${stage}/rollback`, { toBuild: ESC, components: "all" }, "/toBuild"],
    ["PUT", `${stage}/policy`, { secretKeys: [ESC] }, "/secretKeys/0"],
    ["PUT", `/v1/applications/shop${encodeURIComponent(ESC)}/stages/prod/policy`, {}, "/application"],
    ["POST", "/v1/pins/pin_00000000000000000000/clear", { reason: ESC }, "/reason"],
    ["GET", `/v1/activities?branch=${encodeURIComponent(ESC)}`, undefined, "/branch"],
  ];
  for (const [method, url, body, pointer] of refused) {
    const answer = await service.send(method as "GET", url, body ? { body } : {});
    t.match(answer, { status: 400, body: { code: "VALIDATION_FAILED" } }, `${method} ${url}`);
    const named = faultsOf(answer).filter(({ detail }) => /control character U\+001B/.test(String(detail)));
    t.same(
      named.map((fault) => fault["pointer"]),
      [pointer],
      `${method} ${url}`,
    );
  }
  const headers = { "content-type": "application/octet-stream" };
  const body = await tarOf({ "index.js": "1" });
  const upload = `/v1/applications/shop/stages/${encodeURIComponent(`p${ESC}`)}/builds/1%0A2/packages/api?commit=${encodeURIComponent(ESC)}`;
  t.match(await service.send("PUT", upload, { body, headers }), { status: 400 });
  t.match(await service.post("/v1/deployments", OPENING, { headers: { "idempotency-key": "a\u0085b" } }), {
    status: 400,
    body: { errors: [{ detail: /without control characters/ }] },
  });
  t.match(await service.get("/v1/deployments/%1b"), { status: 404 }, "an id in an address is unknown, like any other");
});

t.test("deep and wide bodies are judged without a stack and in no more time than they are long", async (t) => {
  const service = await startTestService(t);
  const deep = `{"application":${"[".repeat(200_000)}"${"\\u001b"}"${"]".repeat(200_000)}}`;
  const answer = await service.post("/v1/deployments", deep, { headers: { "content-type": "application/json" } });
  t.match(answer.status, 400);
});
