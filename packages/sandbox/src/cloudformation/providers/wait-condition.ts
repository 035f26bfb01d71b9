import { scalarText } from "../template/value.ts";
import type { Provider } from "./provider.ts";
import { recorded } from "./recorded.ts";
import { ResourceError } from "./resource-error.ts";

const stored = recorded({ taggable: false, replacedBy: "all" });

/**
 * Nobody reports to the sandbox's handles, so a condition that waits for a signal times out after the usual settling
 * time.
 */
export const waitCondition: Provider = {
  ...stored,
  async settle(existing) {
    await stored.settle(existing);
    const expected = Number(scalarText(existing.properties["Count"]) ?? "1");
    if (expected > 0) {
      throw new ResourceError(`WaitCondition timed out. Received 0 conditions when expecting ${expected}`);
    }
  },
};
