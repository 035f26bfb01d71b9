import type { ComponentState } from "../../domain/component/component.ts";
import { type AliasTarget, lambdaCodeState, lambdaConfigState } from "../../domain/component/states/lambda.ts";
import { RUNTIME_VERSION } from "../../domain/component/version-content.ts";
import { configDigest } from "./function-settings.ts";

/** The content that a version published from `$LATEST` would have, by the two components that `$LATEST` consists of. */
export function latestContentOf(
  code: ComponentState | null | undefined,
  configuration: ComponentState | null | undefined,
): AliasTarget {
  const { CodeSha256, PackageType, Architectures } = lambdaCodeState(code).settings;
  const { Description: _, ...writable } = configuration?.settings ?? {};
  const { others } = lambdaConfigState(configuration).evidence;
  return {
    codeSha256: CodeSha256,
    config: configDigest(configuration?.settings ?? {}),
    settings: { ...others, ...writable, PackageType, Architectures },
    unread: [RUNTIME_VERSION],
  };
}
