import { CODE_REPLAYS } from "./code.ts";
import { CODE_SIGNING_REPLAYS } from "./code-signing.ts";
import { FUNCTION_REPLAYS } from "./functions.ts";
import { INVOKE_CONFIG_REPLAYS } from "./invoke-configs.ts";
import { REFUSAL_FAMILIES, REFUSAL_REPLAYS } from "./refusals.ts";
import type { Replay } from "./replay.ts";
import { RESOURCE_FAMILIES, RESOURCE_REPLAYS } from "./resources.ts";
import { SETTING_REPLAYS } from "./settings.ts";
import { TAG_REPLAYS } from "./tags.ts";
import { VERSION_REPLAYS } from "./versions.ts";

const REPLAYS: Readonly<Record<string, Replay>> = {
  ...FUNCTION_REPLAYS,
  ...VERSION_REPLAYS,
  ...SETTING_REPLAYS,
  ...INVOKE_CONFIG_REPLAYS,
  ...TAG_REPLAYS,
  ...RESOURCE_REPLAYS,
  ...CODE_REPLAYS,
  ...CODE_SIGNING_REPLAYS,
  ...REFUSAL_REPLAYS,
};

/** How to repeat a recorded test; undefined if it is left out. */
export function findReplay(name: string): Replay | undefined {
  for (const [pattern, replayOf] of [...REFUSAL_FAMILIES, ...RESOURCE_FAMILIES]) {
    const parameters = pattern.exec(name)?.slice(1);
    if (parameters) return replayOf(...parameters);
  }
  return REPLAYS[name];
}

const OUTSIDE: readonly (readonly [RegExp, string])[] = [
  [/capacity_provider/, "the sandbox has no capacity providers"],
  [/test_invalid_vpc_config_/, "the sandbox has no networks: any subnet and security group exists"],
  [/test_provisioned_concurrency_limits/, "recorded in an account with a quota of its own"],
  [/test_account_settings_total_code_size/, "sizes of the packages of the recorded test itself"],
  [
    /test_lambda_permission_(versioning|revisions)/,
    "recorded before 2025, when a policy shared the revision of its function",
  ],
  [/test_add_lambda_permission_optional_fields|^TestPartialARNMatching::/, "the recording is empty"],
];

/** Why a recording is not repeated; undefined if there is no reason. */
export function reasonToLeaveOut(name: string): string | undefined {
  return OUTSIDE.find(([pattern]) => pattern.test(name))?.[1];
}
