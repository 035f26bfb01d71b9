import type { Disclosure } from "../activity/stage-policy.ts";
import type { ComponentId } from "../component/component.ts";
import type { JsonObject } from "../json.ts";
import { type Fingerprint, secretMark, settled } from "./mark.ts";
import type { SecretValues } from "./secret-values.ts";
import { walkSettings } from "./walk-settings.ts";

/** How secrets are masked, and the stage's policy about it. Without a policy, only values that are always secret are masked. */
export interface Masking {
  readonly fingerprint: Fingerprint;
  readonly disclosure?: Disclosure;
  /** Secrets of the same subject, which are masked wherever else they stand: in a description, a tag, a URL. */
  readonly known?: SecretValues;
}

/** The settings of a component as they may be shown: secrets are `{ "secret": fingerprint }`, or `{ "secret": "set" }`. Pure. */
export function exposed(id: ComponentId, settings: JsonObject, masking: Masking): JsonObject {
  return settled(masked(id, settings, masking));
}

/**
 * The same with marks that can be compared, also where they are shown alike. Diffs are made from these, so that a rotated secret
 * shows as a change.
 */
export function masked(id: ComponentId, settings: JsonObject, masking: Masking): JsonObject {
  return walkSettings(id, settings, {
    replace: (value) => secretMark(value, masking.fingerprint),
    digest: masking.fingerprint,
    ...(masking.disclosure ? { disclosure: masking.disclosure } : {}),
    ...(masking.known ? { isKnown: masking.known.isIn } : {}),
  });
}
