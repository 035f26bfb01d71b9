/** What happens to a deployment that announces a pinned build or commit. */
export const PIN_RULES = ["warn", "refuse"] as const;
export type PinRule = (typeof PIN_RULES)[number];

/**
 * Which settings are secret besides those that always are, and which environment variables are shown in clear text.
 * Patterns are matched against the key alone; `*` stands for any run of characters. A key that matches both is secret.
 */
export interface Disclosure {
  readonly secretKeys: readonly string[];
  readonly shownKeys: readonly string[];
}

/** The rules of a stage for deployments to it and rollbacks of it. */
export interface StagePolicy extends Disclosure {
  readonly pins: PinRule;
  /** Whether a rollback needs a reason. */
  readonly requireReason: boolean;
  /** Whether what a rollback would only tell of, such as the log group of an added function, needs consent, too. */
  readonly askForTold: boolean;
}

export const NOTHING_DISCLOSED: Disclosure = { secretKeys: [], shownKeys: [] };

/** The policy of a stage for which nobody has set one. */
export const DEFAULT_POLICY: StagePolicy = {
  pins: "warn",
  requireReason: false,
  askForTold: false,
  ...NOTHING_DISCLOSED,
};
