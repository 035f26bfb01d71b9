import { Type } from "typebox";

/** A deployment alters at most some thousand components: the largest stacks have 500 resources. */
const MAX_PICKED = 5000;

/** Picked components. The list may hold any text, so that all unknown components are refused together. */
export const Picked = Type.Union(
  [Type.Array(Type.String({ maxLength: 1000 }), { maxItems: MAX_PICKED }), Type.Literal("all")],
  {
    description: "Ids of altered components, or `all` of them",
  },
);
