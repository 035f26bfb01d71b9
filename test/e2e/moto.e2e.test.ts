import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { Activity } from "#client/api-types";
import { startService } from "#src/compose";
import { readConfig } from "#src/config";
import { apiOf } from "../support/answers.ts";
import { awsCli, missing } from "../support/commands.ts";
import { startMoto } from "../support/moto.ts";
import { createProject } from "../support/osls.ts";
import { awsEnv } from "../support/test-account.ts";
import { missingOsls } from "../support/tools.ts";

const runtime = "nodejs22.x";
const V1 = {
  runtime,

  functions: { pay: "pay v1", cart: "cart v1" },
  environment: { TABLE: "orders" },
};
const V2 = { runtime, functions: { pay: "pay v2", cart: "cart v2" }, environment: { TABLE: "wrong" } };

const skip =
  missingOsls ?? (await missing("python3", "-c", "import moto.server")) ?? (await missing("aws", "--version")) ?? false;

t.test(
  "on an AWS that we did not write, a service deployed twice by osls is rolled back in parts and then as a whole",
  { skip },
  async (t) => {
    const moto = await startMoto();
    const env = awsEnv(moto.url);
    Object.assign(process.env, env);
    const dataDir = await mkdtemp(join(tmpdir(), "stepback-moto-"));
    const service = await startService(
      readConfig({ STEPBACK_PORT: "0", STEPBACK_DATA_DIR: dataDir, STEPBACK_LOG_LEVEL: "error" }),
    );
    const project = await createProject("shop", env);
    t.teardown(async () => {
      await service.close();
      await moto.stop();
      await project.remove();
      await rm(dataDir, { recursive: true, force: true });
    });
    const api = apiOf(async (method, path, body) => {
      const headers = {
        authorization: `Bearer ${service.adminToken}`,
        ...(body ? { "content-type": "application/json" } : {}),
      };
      return (
        await fetch(service.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
      ).json();
    });
    const functions = async () => {
      const { Functions } = (await awsCli(env, "lambda", "list-functions")) as {
        Functions: { FunctionName: string; CodeSha256: string; Environment: unknown }[];
      };
      return Object.fromEntries(
        Functions.map(({ FunctionName, CodeSha256, Environment }) => [FunctionName, { CodeSha256, Environment }]),
      );
    };
    const template = () => awsCli(env, "cloudformation", "get-template", "--stack-name", project.stack);
    const ended = async (rollback: Activity) => api("GET", `/v1/rollbacks/${rollback.id}?wait=60`);

    await project.write(V1);
    await project.run("deploy");
    const before = { functions: await functions(), template: await template() };
    const opened = await api("POST", "/v1/deployments", {
      application: "shop",
      stage: "prod",
      scope: { stacks: [project.stack] },
    });
    t.match(await api("GET", `/v1/deployments/${opened.id}?wait=60`), {
      status: "In Progress",
      snapshot: { status: "Ready" },
    });
    await project.write(V2);
    await project.run("deploy");
    const deployed = await functions();
    await api("POST", `/v1/deployments/${opened.id}/finish`, { outcome: "succeeded" });
    t.match(await api("GET", `/v1/deployments/${opened.id}?wait=60`), { status: "Completed", rollbackable: true });
    const { items } = await api("GET", `/v1/deployments/${opened.id}/components?limit=200`);
    const ids = items.map((row) => row.id);
    for (const id of [
      "stack:shop-prod",
      "lambda-code:shop-prod-pay",
      "lambda-config:shop-prod-pay",
      "lambda-code:shop-prod-cart",
      "lambda-config:shop-prod-cart",
    ])
      t.ok(ids.includes(id), id);

    const one = await ended(
      await api("POST", "/v1/rollbacks", { deployment: opened.id, components: ["lambda-code:shop-prod-pay"] }),
    );
    t.match(one, { status: "Completed", error: null, result: { restored: 1 } });
    const pay = "shop-prod-pay";
    t.same(
      await functions(),
      { ...deployed, [pay]: { ...deployed[pay], CodeSha256: before.functions[pay]?.CodeSha256 } },
      "that function's code, and nothing else",
    );

    const all = await ended(
      await api("POST", "/v1/rollbacks", { deployment: opened.id, components: "all", allowDestructive: true }),
    );
    t.match(all, { status: "Completed", error: null, result: { failed: 0, skipped: 0 } });
    t.same(await functions(), before.functions);
    t.same((await template())["TemplateBody"], before.template["TemplateBody"]);
  },
);
