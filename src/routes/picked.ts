import { Type } from "typebox";

/** A deployment alters some thousand components at most: the largest stacks have 500 resources. */
const MAX_PICKED = 5000;

/** Picked components (F9). Any text may stand in the list: what is no altered component is refused with all the others. */
export const Picked = Type.Union(
  [Type.Array(Type.String({ maxLength: 1000 }), { maxItems: MAX_PICKED }), Type.Literal("all")],
  {
    description: "Ids from the altered components, or `all` of them",
  },
);
