import { type Provider, ResourceError } from "./provider.ts";
import { recorded } from "./recorded.ts";

/** Refused: the sandbox has no nested stacks, and says so rather than pretending to have deployed one. */
export const nestedStack: Provider = {
  ...recorded({}),
  async create() {
    throw new ResourceError("Nested stacks are not supported by the sandbox");
  },
};
