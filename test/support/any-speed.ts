/** Settings of a service in a test: a slow machine is no overload there. */
export const ANY_SPEED = { STEPBACK_MAX_DELAY_MS: "60000" };
