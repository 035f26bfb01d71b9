import fc from "fast-check";

/**
 * The seed of every property test: the same in each run, so that a change fails for its own fault only. `npm run
 * test:random` takes fresh seeds; one that fails is printed by fast-check and becomes a test.
 */
const SEED = Number(process.env["STEPBACK_TEST_SEED"] ?? 1);

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });

export { fc };
