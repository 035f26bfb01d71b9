import t from "tap";
import { type CapturedComponent, type ComponentId, captured } from "#src/domain/component/component";
import type { JsonObject } from "#src/domain/json";
import { kindFor } from "#src/kinds/index";
import { AFTER, BEFORE, endedDeployment, state } from "../http/seeds.ts";
import { idOf, itemsOf, startTestService } from "../http/test-service.ts";
import { planFor } from "../support/plan-case.ts";

/** As a row of a later version would name it. */
const FUTURE = "lambda-durable:shop-prod-pay" as ComponentId;
const TAGS: ComponentId = "lambda-tags:pay";

const CODE = component("lambda-code:pay", { CodeSha256: "code" });

const future = (secret: string) => state(FUTURE, { Setting: secret });

t.test("a component of a kind that this version lacks is named and refused, and the rest is planned", async (t) => {
  const tags = (Stage: string) => component(TAGS, { Tags: { Stage } });
  const { steps } = planFor({
    picked: [FUTURE, TAGS],
    sources: { before: byId(future("old"), tags("old"), CODE), deployed: byId(future("new"), tags("new"), CODE) },
    live: byId(future("new"), tags("new"), CODE),
  });
  t.match(steps, [
    {
      ...{ component: FUTURE, action: "refused", actions: [], diff: [] },
      reasons: [{ code: "KIND_UNKNOWN", detail: /lambda-durable:shop-prod-pay/ }],
    },
    { component: TAGS, action: "restore" },
  ]);
});

t.test("it is read as what cannot be read, and nothing of it is changed", async (t) => {
  const kind = kindFor(FUTURE);
  const live = await kind.capture({} as never, "shop-prod-pay");
  t.match(live, { id: FUTURE, incomplete: /does not know/ });
  await t.rejects(kind.verify({} as never, "shop-prod-pay", null), { code: "KIND_UNKNOWN" });
  await t.rejects(kind.restore({} as never, {} as never), { code: "KIND_UNKNOWN" });
});

t.test("lists of a database that a later version has written go on behind it", async (t) => {
  const service = await startTestService(t);
  const [before, after] = [
    [...BEFORE, future("hunter2")],
    [...AFTER, future("hunter3")],
  ];
  const id = await endedDeployment(service, { before, after });
  const { backup } = await service.services.deployments.find(id);
  const components = await service.get(`/v1/snapshots/${backup.id}/components`);
  t.equal(itemsOf(components).length, before.length, components.text);
  t.match(
    itemsOf(components).find((row) => row["id"] === FUTURE),
    { kind: "lambda-durable", incomplete: /does not know/, settings: {} },
  );
  t.notMatch(components.text, "hunter");
  const altered = itemsOf(await service.get(`/v1/deployments/${id}/components`));
  t.ok(altered.some((row) => row["id"] === FUTURE));
  t.equal((await service.get(`/v1/snapshots/${backup.id}/uncovered`)).status < 500, true);
  const draft = idOf(await service.post("/v1/rollbacks", { deployment: id, components: "all", run: false }));
  t.match((await service.get(`/v1/rollbacks/${draft}`)).body, { status: "Draft" });
});

function component(id: ComponentId, settings: JsonObject): CapturedComponent {
  return captured(id, { settings, evidence: {}, artifacts: [] }, { parent: null, physicalId: null });
}

function byId(...components: CapturedComponent[]) {
  return new Map(components.map((one) => [one.id, one] as const));
}
