import t from "tap";
import { KIND_NAMES } from "#src/domain/component/component";
import { ACTION_NAMES, type ActionName } from "#src/domain/plan/plan";
import { KINDS, performerOf } from "#src/kinds/index";
import type { RestoreContext } from "#src/kinds/kind";

/** A context that says whether a handler has begun: each of them reads it. */
const BEGUN = new Error("a handler has begun");
const context = new Proxy({} as RestoreContext, {
  get: () => {
    throw BEGUN;
  },
});

async function handles(kind: (typeof KIND_NAMES)[number], action: ActionName): Promise<boolean> {
  try {
    await KINDS[kind].restore({ do: action, name: "pay:live" }, context);
    return true;
  } catch (error) {
    if (error === BEGUN) return true;
    if (error instanceof Error && "code" in error && error.code === "INTERNAL") return false;
    throw error;
  }
}

t.test("each action is handled by exactly one kind, the one that the list of kinds names", async (t) => {
  for (const action of ACTION_NAMES) {
    const handling: string[] = [];
    for (const kind of KIND_NAMES) if (await handles(kind, action)) handling.push(kind);
    t.same(handling, [performerOf({ do: action }).name], action);
  }
});

t.test("an action that no kind knows is INTERNAL, never taken for another one", async (t) => {
  for (const action of ["put-everything", "constructor"] as unknown as ActionName[]) {
    t.throws(() => performerOf({ do: action }), { code: "INTERNAL", detail: `No kind performs ${action}.` });
    for (const kind of KIND_NAMES) {
      const restoring = KINDS[kind].restore({ do: action, name: "pay" }, context);
      await t.rejects(restoring, { code: "INTERNAL", detail: `does not perform ${action}` }, `${kind}: ${action}`);
    }
  }
});

t.test(
  "the objects that a stack's own rollback needs are restored by the stack, whichever part leads the step",
  async (t) => {
    t.equal(performerOf({ do: "put-code-objects" }), KINDS.stack);
  },
);
