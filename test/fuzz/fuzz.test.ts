import { parseArgs } from "node:util";
import t from "tap";
import { sendDirected } from "./directed.ts";
import { startFuzzService } from "./fuzz-service.ts";
import { createJudge } from "./judge.ts";
import { readApi } from "./operations.ts";
import { Reached } from "./reached.ts";
import { fuzz, ROUND } from "./run.ts";

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    rounds: { type: "string", default: "6" },
  },
});

/** What any operation that needs a login may be refused with, and is here. The exchange and a sign-in have their login in the body, and tests of their own. */
const OF_ALL = /^(?!isReady|exchangeToken|openSession|endSession)\w+ (400|401|403|404|413|415|429|500|503|507)$/;

/**
 * The first two need a whole body before: one is drawn in longer runs, the other has a test among those of packages. There is a
 * checkpoint from the first second on, and no rotation of keys that a query could be sent to.
 */
const ELSEWHERE = ["rollBackToBuild 404", "storePackage 413", "getAuditCheckpoint 404", "getKeyRotation 400"];

t.test("the service answers whatever is sent as its OpenAPI document says", async (t) => {
  const api = await readApi();
  const service = await startFuzzService(t);
  const reached = new Reached();
  const judge = createJudge(api, { isOutage: true });
  t.same(await sendDirected(service, api, { judge, reached }), [], "what every operation is refused for");
  const wanted = { seed: Number(options.seed), from: Number(options.from), rounds: Number(options.rounds) };
  const faults = await fuzz(service, api, wanted, reached);
  const missing = reached.missing(api);
  t.comment(`${wanted.rounds * ROUND} requests\n${reached.table(api)}\nnot reached: ${missing.join(", ")}`);
  t.same(faults.slice(0, 50), [], `${faults.length} faults`);
  t.same(
    missing.filter((status) => OF_ALL.test(status) && !ELSEWHERE.includes(status)),
    [],
    "each refusal that goes by method and address was reached",
  );
});
