/** What happens to a deployment that announces a pinned build or commit (N13). */
export const PIN_RULES = ["warn", "refuse"] as const;
export type PinRule = (typeof PIN_RULES)[number];

/**
 * Which settings are secret beyond those that always are, and which environment variables are shown in clear. Patterns
 * are matched against the key alone; `*` stands for any run of characters. Where both match, the key is secret.
 */
export interface Disclosure {
  readonly secretKeys: readonly string[];
  readonly shownKeys: readonly string[];
}

/** What a stage of an application asks of those who deploy to it and roll it back. */
export interface StagePolicy extends Disclosure {
  readonly pins: PinRule;
  /** Whether a rollback has to say why. */
  readonly requireReason: boolean;
}

export const NOTHING_DISCLOSED: Disclosure = { secretKeys: [], shownKeys: [] };

/** Of a stage for which nobody has set one. */
export const DEFAULT_POLICY: StagePolicy = { pins: "warn", requireReason: false, ...NOTHING_DISCLOSED };
