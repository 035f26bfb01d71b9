import t from "tap";
import type { FunctionFacts } from "#src/aws/gateways/lambda";
import { captured, componentId } from "#src/domain/component/component";
import { unsettledIn } from "#src/jobs/capture/unsettled";

const STATES: Readonly<Record<string, object>> = {
  "shop-pay": { State: "Active", LastUpdateStatus: "InProgress" },
  "shop-new": { State: "Pending" },
  "shop-cart": { State: "Active", LastUpdateStatus: "Successful" },
  "shop-old": { State: "Inactive", LastUpdateStatus: "Failed" },
};
const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = { live: { 1: 1 }, canary: { 1: 0.1 } };

/** As the capture read them: what still was on the way, was so after all the waiting. */
const reader: Parameters<typeof unsettledIn>[0] = {
  getFunction: async (name) => ({ configuration: STATES[name] }) as FunctionFacts,
  listAliases: async (name) =>
    name === "shop-cart"
      ? Object.entries(WEIGHTS).map(([alias, weights]) => ({
          ...{ name: alias, functionVersion: "2", description: "", arn: "", revisionId: "" },
          weights,
        }))
      : [],
};

t.test("a record names the functions and aliases that AWS was still changing, and what to do about it", async (t) => {
  const state = { settings: {}, evidence: {}, artifacts: [] };
  const components = Object.keys(STATES).map((name) =>
    captured(componentId("lambda-config", name), state, { parent: null, physicalId: name }),
  );
  const found = await unsettledIn(reader, components);
  const names = found.map(({ detail }) => /still changing (\S+) when/.exec(detail)?.[1]);
  t.same(names, ["shop-pay", "shop-new", "shop-cart:live"], "not a failed update, and not a canary of the team");
  for (const { code, detail } of found) {
    t.equal(code, "AWS_IN_PROGRESS");
    t.match(detail, "`onConflict` be `restore`");
  }
});
