import { parseArgs } from "node:util";
import t from "tap";
import { startFuzzService } from "./fuzz-service.ts";
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

t.test("the service answers whatever is sent as its OpenAPI document says", async (t) => {
  const api = await readApi();
  const service = await startFuzzService(t);
  const reached = new Reached();
  const wanted = { seed: Number(options.seed), from: Number(options.from), rounds: Number(options.rounds) };
  const faults = await fuzz(service, api, wanted, reached);
  t.comment(`${wanted.rounds * ROUND} requests\n${reached.table(api)}`);
  t.same(faults.slice(0, 50), [], `${faults.length} faults`);
});
