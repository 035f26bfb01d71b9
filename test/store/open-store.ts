import type { Test } from "tap";
import type { Store } from "#src/store/store";

/** An empty store, closed when the test has ended. */
export type OpenStore = (t: Test) => Promise<Store>;
